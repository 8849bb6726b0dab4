#if AdminServer
import Dispatch
import Synchronization
import TaskInspection

/// Makes dumps one after the other on a queue of its own: a dump of many tasks takes long, and scrapes and probes shall not
/// wait for it.
final class TaskDumpMaker: Sendable {
    /// Asked to make more at once than ``limit``: each may be tens of megabytes.
    struct Busy: Error {}

    static let limit = 8

    private let dump: @Sendable () -> TaskDump
    private let queue = DispatchQueue(label: "sagascope.debug")
    private let waiting = Atomic<Int>(0)

    init(_ dump: @escaping @Sendable () -> TaskDump) { self.dump = dump }

    func make(_ format: TaskDumpFormat) async throws(Busy) -> [UInt8] {
        let number = waiting.add(1, ordering: .relaxed).newValue
        defer { waiting.subtract(1, ordering: .relaxed) }
        guard number <= Self.limit else { throw Busy() }
        return await withCheckedContinuation { continuation in
            queue.async { [dump] in continuation.resume(returning: format.render(dump())) }
        }
    }
}
#endif
