import Glibc
import SagaLog

/// A log's directory, with what its view says.
struct LogPlace {
    let path: String
    /// nil when there is none of this log.
    let view: MappedViewReader?

    /// - Throws: ``SagaLogError`` when there is no log.
    init(_ path: String) throws {
        self.path = path
        view = LogScan.view(directory: path)
        guard try LogScan.isLog(directory: path) else {
            throw SagaLogError.file(operation: "find a log in", path: path, code: ENOENT)
        }
    }

    /// What is certainly there: without a view, nothing is known.
    var durable: LSN { view?.durable ?? .none }

    /// The process that writes it right now.
    var writer: Int32? {
        guard let view, !view.isClosed, view.writer.isAlive == true else { return nil }
        return view.writer.process
    }

    /// The last record that may be shown: of a log that is being written, what is durable.
    var limit: LSN { writer == nil ? LSN(.max) : durable }
}
