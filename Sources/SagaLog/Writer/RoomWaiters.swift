import Synchronization

/// Tasks that found no room for a record.
final class RoomWaiters: Sendable {
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let count = Atomic<Int>(0)

    /// - Parameter isOver: asked once the task stands in the list, so that nobody waits for what has just happened.
    func wait(unless isOver: () -> Bool) async {
        await withCheckedContinuation { continuation in
            waiting.withLock { $0.append(continuation) }
            count.add(1, ordering: .sequentiallyConsistent)
            if isOver() { resume() }
        }
    }

    func resume() {
        guard count.load(ordering: .sequentiallyConsistent) > 0 else { return }
        let due = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        count.subtract(due.count, ordering: .sequentiallyConsistent)
        for continuation in due { continuation.resume() }
    }
}
