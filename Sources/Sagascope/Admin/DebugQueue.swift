#if AdminServer
import Dispatch
import Synchronization

/// Makes what `/debug/*` answers, one after the other on a queue of its own: a dump of many tasks takes long, and scrapes and
/// probes shall not wait for it.
final class DebugQueue: Sendable {
    /// Asked to make more at once than ``limit``: each may be tens of megabytes.
    struct Busy: Error {}

    static let limit = 8

    private let queue = DispatchQueue(label: "sagascope.debug")
    private let waiting = Atomic<Int>(0)
    private let limited = Atomic<Int>(0)

    func make<Answer: Sendable>(_ answer: @escaping @Sendable () -> Answer) async throws(Busy) -> Answer {
        let number = waiting.add(1, ordering: .relaxed).newValue
        defer { waiting.subtract(1, ordering: .relaxed) }
        guard number <= Self.limit else { throw Busy() }
        return await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: answer()) }
        }
    }

    /// For what waits for others while it is made: side by side, and not more than ``limit`` either.
    /// - Throws: ``Busy``, and what `answer` throws.
    func limiting<Answer>(_ answer: () async throws -> Answer) async throws -> Answer {
        let number = limited.add(1, ordering: .relaxed).newValue
        defer { limited.subtract(1, ordering: .relaxed) }
        guard number <= Self.limit else { throw Busy() }
        return try await answer()
    }
}
#endif
