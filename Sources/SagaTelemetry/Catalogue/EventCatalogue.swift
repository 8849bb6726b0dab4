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
    /// The saga log is damaged; `saga.log.corruption.type` says how, and where.
    public static let logCorrupted = "saga.log.corrupted"
    /// The saga log's end was torn by a crash, and was mended: nothing that was acknowledged is lost.
    public static let logMended = "saga.log.mended"
    /// The saga log takes nothing more: a write or a sync has failed.
    public static let logPoisoned = "saga.log.poisoned"
    /// The launch gate did not let a step begin.
    public static let gateRejected = "saga.step.gate_rejected"
    /// A compensation has given up: somebody has to look.
    public static let compensationDeadLettered = "saga.compensation.dead_lettered"
    /// A run whose process is gone goes on in this one.
    public static let runResumed = "saga.run.resumed"
    /// A run was set aside: its history is not what its definition or the log says.
    public static let runQuarantined = "saga.run.quarantined"
    /// A run's memory and its log differ.
    public static let driftDetected = "saga.drift.detected"
    /// A run was made anew from its log, or could not be.
    public static let driftRepaired = "saga.drift.repaired"
    /// A step's task did not end when it was cancelled, and is waited for no more.
    public static let stepAbandoned = "saga.step.abandoned"
    /// Too many calls of a step failed: its circuit breaker lets none through for a while.
    public static let breakerOpened = "saga.breaker.opened"
    /// The calls of a step that were let through to try it have succeeded: all are let through again.
    public static let breakerClosed = "saga.breaker.closed"
    /// A resource was still held when its run had closed.
    public static let resourceLeaked = "saga.resource.leaked"
    /// An error as OpenTelemetry's conventions record it since 1.44: a log record with `exception.*`.
    public static let exception = "exception"

    public static let all = [
        runStarted, runHeartbeat, stepCommitted, stepBlocked, stepUnblocked, taskWarning, taskOrphaned,
        compensationStarted, logCorrupted, logMended, logPoisoned, gateRejected, compensationDeadLettered,
        runResumed, runQuarantined, driftDetected, driftRepaired, stepAbandoned, breakerOpened, breakerClosed,
        resourceLeaked, exception,
    ]
}
