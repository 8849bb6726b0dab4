/// Runs `body` until `deadline` at most. Swift cannot kill a task: past the deadline, or when the caller is cancelled, `body`
/// is cancelled and has the grace to end. Then it is left behind, and counted until it ends.
///
/// Without a deadline `body` runs as part of the caller's task: it is cancelled with it, and waited for as long as it takes.
/// With one it is a task of its own, which inherits the caller's task-locals. It is not begun when the deadline is over or the
/// caller is cancelled already.
///
/// - Parameters:
///   - deadline: the clock's ns; the greatest number: a task of its own, and no deadline. The one around this one holds too.
///   - executor: of the task, and of the timers.
/// - Throws: ``DeadlineExceeded``; CancellationError; what `body` threw. Its success is returned also when it comes within the
///   grace, since the work was done then. Its error is the caller's within the grace after a cancellation, and gives way to
///   ``DeadlineExceeded`` after the deadline.
package func withDeadline<Value: Sendable>(
    _ deadline: UInt64?, clock: RuntimeClock, executor: (any TaskExecutor)? = nil, grace: Duration = .zero,
    body: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    guard let deadline else { return try await body() }
    let effective = SagaDeadline(deadline, clock: clock)
    let worker = StepWorker<Value>(clock: clock, executor: executor, grace: grace)
    return try await withTaskCancellationHandler {
        try await SagaDeadline.$current.withValue(effective) {
            try await worker.run(until: effective.instant, body)
        }
    } onCancel: {
        worker.clean(up: .cancellation)
    }
}
