/// Every event that Sagascope emits: the `event_name` of an OTLP log record.
public enum EventCatalogue {
    public static let runStarted = "saga.run.started"
    /// After 5 s, then every 30 s, while a run is open: a stuck saga is visible before it ends.
    public static let runHeartbeat = "saga.run.heartbeat"
    public static let stepCommitted = "saga.step.committed"
    public static let stepBlocked = "saga.step.blocked"
    public static let stepUnblocked = "saga.step.unblocked"
    /// Something is wrong with a task; `saga.task.warning.type` says what.
    public static let taskWarning = "saga.task.warning"
    /// A task is alive although its saga's run has ended.
    public static let taskOrphaned = "saga.task.orphaned"
    public static let compensationStarted = "saga.compensation.started"
    /// An error as OpenTelemetry's conventions record it since 1.44: a log record with `exception.*`.
    public static let exception = "exception"

    public static let all = [
        runStarted, runHeartbeat, stepCommitted, stepBlocked, stepUnblocked, taskWarning, taskOrphaned, compensationStarted,
        exception,
    ]
}
