#if AdminServer
import HTTPTypes
import Hummingbird
import TaskInspection

/// `/debug/tasks`: every task of the process, in the format that is asked for.
struct TasksRoute: Sendable {
    let dump: @Sendable () -> TaskDump
    let queue: DebugQueue

    enum Answer {
        case dump([UInt8], contentType: String)
        case unknownFormat
        case busy
    }

    func answer(to request: Request) async -> Answer {
        guard let format = format(of: request) else { return .unknownFormat }
        do {
            return .dump(try await queue.make { [dump] in format.render(dump()) }, contentType: format.contentType)
        } catch {
            return .busy
        }
    }

    static let allowedFormats = TaskDumpFormat.allCases.map(\.rawValue).joined(separator: ", ")

    /// The query has the last word; of media types only `text/plain` leads away from JSON.
    private func format(of request: Request) -> TaskDumpFormat? {
        if let name = request.uri.queryParameters["format"] { return TaskDumpFormat(rawValue: String(name)) }
        let weights = PreferenceList(request.headers[.accept]).weights
        let json = weights["application/json"] ?? 0
        return (weights["text/plain"] ?? 0) > json ? .text : .json
    }
}
#endif
