import Synchronization

/// How a run ends, for all who wait for it.
final class OutcomeBox: Sendable {
    typealias Value = Result<RunOutcome, SagaRuntimeError>

    private let state = Mutex(State())

    private struct State {
        var value: Value?
        var waiters: [UInt64: CheckedContinuation<Value?, Never>] = [:]
        var nextID: UInt64 = 0
    }

    var value: Value? { state.withLock(\.value) }

    /// A run that was suspended ends a second time.
    func fill(_ value: Value) {
        let waiters = state.withLock { state in
            state.value = value
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }

    /// It is being worked on again.
    /// - Returns: whether nobody else is at it.
    func empty() -> Bool {
        state.withLock { state in
            defer { state.value = nil }
            return state.value != nil
        }
    }

    /// - Parameter isCancellable: whether cancelling the task that waits ends the waiting.
    func get(isCancellable: Bool) async throws -> RunOutcome {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let value = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Value?, Never>) in
                let known = state.withLock { state -> Value?? in
                    if let value = state.value { return value }
                    if isCancellable, Task.isCancelled { return .some(nil) }
                    state.waiters[id] = continuation
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            guard isCancellable else { return }
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: nil)
        }
        guard let value else { throw CancellationError() }
        return try value.get()
    }
}
