import Synchronization

/// Runs `work` on the pipeline's thread for at most `limit`, then cancels it and waits for it to notice.
/// - Returns: the result, and whether time ran out.
func withDeadline<Result: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async -> Result
) async -> (result: Result, expired: Bool) {
    let expired = Mutex(false)
    let worker = Task(executorPreference: PipelineExecutor.shared) { await work() }
    let timer = PipelineExecutor.shared.schedule(after: limit) {
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
func waitAtMost(_ limit: Duration, for work: @escaping @Sendable () async -> Void) async -> Bool {
    let gate = OneShot()
    Task(executorPreference: PipelineExecutor.shared) {
        await work()
        gate.open(true)
    }
    let timer = PipelineExecutor.shared.schedule(after: limit) { gate.open(false) }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
        await gate.wait()
    } onCancel: {
        gate.open(false)
    }
}
