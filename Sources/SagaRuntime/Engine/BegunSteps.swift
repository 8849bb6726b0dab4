import Synchronization

/// Steps that something was begun for, each once.
final class BegunSteps: Sendable {
    private let steps = Mutex<Set<Int>>([])

    /// - Returns: whether it is the first time.
    func insert(_ step: Int) -> Bool { steps.withLock { $0.insert(step).inserted } }
}
