internal import CSagascope
import Glibc

/// What is found in a log's directory when it is opened, with its lock held.
struct Opening {
    var index: RunIndex
    /// Where writing goes on; nil for a new log.
    var end: LogRecovery.Outcome?
    /// What the view of the writer before said.
    var view: MappedViewReader?
    /// The snapshot that reading began with.
    var snapshot: LSN?
    var nanoseconds: UInt64 = 0

    /// Reads the log, and mends its end if that was torn.
    static func read(_ directory: String, _ options: SagaLogOptions) throws(SagaLogError) -> Opening {
        let began = sgs_monotonic_ns()
        var opening = Opening(index: RunIndex(rememberedRuns: options.rememberedRuns))
        do {
            let view = try? MappedViewReader(directory: directory)
            // What another log's view says is nothing to this one.
            opening.view = try LogDirectory(directory).log == view?.log ? view : nil
            opening.end = try LogRecovery.open(directory: directory, durable: opening.view?.durable ?? .none) {
                bytes, _ in
                guard let base = bytes.baseAddress else { return }
                opening.index.apply(RecordFormat.record(base, length: bytes.count))
            }
        } catch let error as SagaLogError {
            if case .corrupt(let directory, let damage) = error { LogInstruments.damaged(damage, directory: directory) }
            throw error
        } catch {
            throw .file(operation: "read", path: directory, code: EIO)
        }
        opening.nanoseconds = sgs_monotonic_ns() - began
        return opening
    }
}

/// What opening a log has found.
public struct LogOpening: Sendable, Hashable {
    /// Records that were read, after the snapshot.
    public var records: UInt64
    /// The last record of the snapshot that reading began with.
    public var snapshot: LSN?
    /// Runs that are open.
    public var openRuns: Int
    /// What the crash of the writer before has left of its last group, if anything: it was cut off and kept in a file.
    public var torn: LogReport.Torn?
    public var tornCopy: String?
    public var seconds: Double

    init(_ opening: borrowing Opening) {
        records = opening.end?.records ?? 0
        snapshot = opening.snapshot
        openRuns = opening.index.open.count
        torn = opening.end?.torn
        tornCopy = opening.end?.tornCopy
        seconds = Double(opening.nanoseconds) / 1e9
    }
}
