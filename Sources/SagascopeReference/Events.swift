import SagaTelemetry

/// What stands in no code of the catalogue: when an event comes, and with which attributes. A test compares the
/// attributes with those of a real run.
struct EventReference {
    let name: String
    let severity: Severity
    let meaning: String
    let attributes: [String]

    /// - Parameter isOfSaga: it tells of one saga's run.
    private init(
        _ name: String, _ severity: Severity, _ meaning: String, _ attributes: [String], isOfSaga: Bool = true
    ) {
        self.name = name
        self.severity = severity
        self.meaning = meaning
        self.attributes = (isOfSaga ? ["saga.name"] : []) + attributes
    }

    /// In the catalogue's order.
    static let all = [
        EventReference(EventCatalogue.runStarted, .info, "A run began.", ["saga.run.id"]),
        EventReference(
            EventCatalogue.runHeartbeat, .info, "A run is still open: after 5 s, then every 30 s.",
            ["saga.run.id", "saga.run.state", "saga.run.age", "saga.run.progress.age"]),
        EventReference(
            EventCatalogue.stepCommitted, .info, "A step's body returned without an error.",
            ["saga.step.name", "saga.step.attempt"]),
        EventReference(
            EventCatalogue.stepBlocked, .warn,
            """
            A task has been blocked for `SAGASCOPE_BLOCKED_THRESHOLD`; the event's time is when that began. Of a plain \
            child task it is known only once it goes on.
            """,
            blocked),
        EventReference(
            EventCatalogue.stepUnblocked, .info, "A task that was blocked for that long goes on.",
            blocked + ["saga.block.duration"]),
        EventReference(
            EventCatalogue.taskWarning, .warn,
            """
            Something is wrong with a task: [what](#task-warnings). Of tasks outside of sagas it tells pool hogs and wait cycles \
            only; the others are counted. At most 64 of a type at one look.
            """,
            warned + ["saga.task.warning.type", "saga.task.warning.duration", "saga.task.cycle"]),
        EventReference(
            EventCatalogue.taskOrphaned, .warn,
            "A task is alive although its saga's run has ended, and was not meant to: told once, at the first look after that.",
            warned + ["saga.task.parent.id", "saga.task.orphan.age"]),
        EventReference(
            EventCatalogue.compensationStarted, .warn, "A compensation began.",
            ["saga.step.name", "saga.compensation.reason"]),
        EventReference(
            EventCatalogue.logCorrupted, .error,
            "The saga log is damaged: told when it is opened, whether it can be opened in spite of that or not.",
            ["saga.log.corruption.type", "file.path", "saga.log.offset", "saga.log.sequence"],
            isOfSaga: false),
        EventReference(
            EventCatalogue.logMended, .warn,
            "A crash had torn the saga log's end. It was cut off and kept in a file; nothing that was acknowledged is lost.",
            ["file.path", "saga.log.offset", "saga.log.torn.size"], isOfSaga: false),
        EventReference(
            EventCatalogue.logPoisoned, .error,
            "A write or a sync of the saga log has failed, and it takes nothing more until it is opened anew.",
            ["file.path", "error.type", "error.message"], isOfSaga: false),
        EventReference(
            EventCatalogue.gateRejected, .warn, "The launch gate did not let a step of a saga of the runtime begin.",
            ["saga.run.id", "saga.step.name", "saga.step.gate.reason"]),
        EventReference(
            EventCatalogue.compensationDeadLettered, .error,
            "A compensation has given up: the step stays done until somebody has it tried again, or says that it was undone by "
                + "hand.",
            ["saga.run.id", "saga.step.name"]),
        EventReference(
            EventCatalogue.runResumed, .info, "A run whose process is gone goes on in this one.", ["saga.run.id"]),
        EventReference(
            EventCatalogue.runQuarantined, .error,
            "A run was set aside: its history is not what its definition or the log says. The others go on.",
            ["saga.run.id", "error.message"]),
        EventReference(
            EventCatalogue.driftDetected, .error,
            """
            A run's memory and its log differ, at two looks in a row with nothing having moved; or it does not go on. Told once, \
            with what each side says.
            """,
            ["saga.run.id", "saga.drift.type", "saga.drift.memory", "saga.drift.log"]),
        EventReference(
            EventCatalogue.driftRepaired, .warn,
            "Such a run was to be made anew from its log: it goes on from there, or was set aside where the log does not allow it.",
            ["saga.run.id", "saga.drift.type", "saga.drift.outcome"]),
        EventReference(
            EventCatalogue.stepAbandoned, .warn,
            """
            A step's task was cancelled, because its deadline had passed or its run had ended, and has not ended within the \
            grace. It goes on, and nobody waits for it: `saga.step.residual` counts it.
            """,
            ["saga.step.name", "saga.step.attempt", "error.type"]),
        EventReference(
            EventCatalogue.breakerOpened, .warn,
            "Too many calls of a step failed: its circuit breaker lets none through for the cooldown.",
            ["saga.step.name", "saga.breaker.failure.rate", "saga.breaker.cooldown"]),
        EventReference(
            EventCatalogue.breakerClosed, .info,
            "The calls that a step's circuit breaker let through to try have succeeded: it lets all through again.",
            ["saga.step.name"]),
        EventReference(
            EventCatalogue.resourceLeaked, .warn, "A resource was still held when its run had closed.",
            [
                "saga.run.id", "saga.step.name", "saga.resource.kind", "saga.resource.age", "recovered",
                "error.message",
            ]),
        EventReference(
            EventCatalogue.exception, .error,
            "An error left a step, a task or a run: told once, where it arose. A compensation's error is told anew.",
            ["exception.type", "exception.message"]),
    ]

    private static let warned = ["saga.step.name", "saga.task.id", "saga.task.name", "saga.task.stack"]
    private static let blocked = ["saga.step.name", "saga.task.id", "saga.task.name", "saga.block.reason"]
}
