/// Which saga, which run and which step this code belongs to. Bound by `withSaga`, `withStep` and their siblings.
///
/// A task-local of our own, never the tracer's: it is there when the trace is not sampled, and child tasks, `async let` and
/// `Task {}` inherit it without a change.
public final class SagaContext: Sendable {
    @TaskLocal public static var current: SagaContext?

    public let saga: String
    /// The id of the run: the trace id where the run began the trace.
    public let runID: TraceID
    public let runAttempt: Int
    /// nil between steps.
    public let step: String?
    /// 1 for the first attempt of the step.
    public let stepAttempt: Int
    /// The span of the run, the step or the compensation.
    public let trace: TraceContext
    /// What tasks that are made here belong to, where tasks are tracked.
    package let tracking: Tracking
    /// The instrumentation's own state of the run.
    package let run: (any AnyObject & Sendable)?

    /// The numbers that stand for a run, and for its saga and step, in the table of tasks; 0: none.
    package struct Tracking: Sendable {
        package let run: UInt32
        package let scope: UInt32

        package init(run: UInt32 = 0, scope: UInt32 = 0) {
            self.run = run
            self.scope = scope
        }
    }

    package init(
        saga: String, runID: TraceID, runAttempt: Int, step: String?, stepAttempt: Int, trace: TraceContext,
        tracking: Tracking = Tracking(), run: (any AnyObject & Sendable)?
    ) {
        self.saga = saga
        self.runID = runID
        self.runAttempt = runAttempt
        self.step = step
        self.stepAttempt = stepAttempt
        self.trace = trace
        self.tracking = tracking
        self.run = run
    }
}
