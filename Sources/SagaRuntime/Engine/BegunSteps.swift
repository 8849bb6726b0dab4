import Synchronization

/// Steps that something was begun for, each once.
final class BegunSteps: Sendable {
    private let steps = Mutex<Set<Int>>([])

    func contains(_ step: Int) -> Bool { steps.withLock { $0.contains(step) } }

    /// - Returns: whether it is the first time.
    func insert(_ step: Int) -> Bool { steps.withLock { $0.insert(step).inserted } }
}
