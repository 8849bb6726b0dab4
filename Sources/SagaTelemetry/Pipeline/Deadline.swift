import Synchronization

/// Runs `work` for at most `limit`, then cancels it and waits for it to notice.
/// - Returns: the result, and whether time ran out.
func withDeadline<Result: Sendable>(
    _ limit: Duration, clock: any Clock<Duration>, _ work: @escaping @Sendable () async -> Result
) async -> (result: Result, expired: Bool) {
    let expired = Mutex(false)
    let worker = Task { await work() }
    let timer = Task {
        guard (try? await clock.sleep(for: limit)) != nil else { return }
        expired.withLock { $0 = true }
        worker.cancel()
    }
    let result = await withTaskCancellationHandler {
        await worker.value
    } onCancel: {
        worker.cancel()
    }
    timer.cancel()
    return (result, expired.withLock { $0 })
}

/// Waits for `work` for at most `limit`, or until the caller is cancelled, and leaves it running then.
/// - Returns: whether the work was done.
func waitAtMost(
    _ limit: Duration, clock: any Clock<Duration>, for work: @escaping @Sendable () async -> Void
) async -> Bool {
    let gate = OneShot()
    Task {
        await work()
        gate.open(true)
    }
    let timer = Task {
        guard (try? await clock.sleep(for: limit)) != nil else { return }
        gate.open(false)
    }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
        await gate.wait()
    } onCancel: {
        gate.open(false)
    }
}

/// An answer that one task waits for and the first of several others gives.
private final class OneShot: Sendable {
    private struct State {
        var answer: Bool?
        var waiter: CheckedContinuation<Bool, Never>?
    }
    private let state = Mutex(State())

    func open(_ answer: Bool) {
        let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard state.answer == nil else { return nil }
            state.answer = answer
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: answer)
    }

    func wait() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                if state.answer == nil { state.waiter = continuation }
                return state.answer
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }
}
