/// What every attribute of ours means, once, wherever it stands.
struct AttributeReference {
    let key: String
    let type: String
    let meaning: String

    private init(_ key: String, _ type: String, _ meaning: String) {
        self.key = key
        self.type = type
        self.meaning = meaning
    }

    static let all = [
        AttributeReference("saga.name", "string", "The kind of saga, as `withSaga` was given it."),
        AttributeReference("saga.operation.name", "string", "`run`."),
        AttributeReference(
            "saga.run.id", "string",
            "32 hexadecimal digits that follow from `saga.name` and `saga.run.key`; random without a key. Of a run that "
                + "began its trace, the trace id."),
        AttributeReference(
            "saga.run.key", "string", "Your own id of the run, as `withSaga` was given it; absent without."),
        AttributeReference("saga.run.attempt", "int", "2, 3, … when the same run is tried again as a whole."),
        AttributeReference(
            "saga.run.state", "string", "`running`, or `compensating` from the first compensation to the end."),
        AttributeReference("saga.run.age", "double, s", "Time since the run began."),
        AttributeReference(
            "saga.run.progress.age", "double, s",
            "Time since a step or compensation last began or ended, or a task was created."),
        AttributeReference(
            "saga.critical.step", "string", "The step with the largest share of the run's critical path."),
        AttributeReference(
            "saga.critical.wait", "string",
            "What that step's time was spent on: `external`, waiting for what no task of the run did, or `running`."),
        AttributeReference("saga.critical.duration", "double, s", "That step's time on the critical path."),
        AttributeReference("saga.critical.share", "double", "Its share of the path, 0 to 1."),
        AttributeReference(
            "saga.critical.complete", "bool", "Whether the path is known whole; of long runs the last 256 waits are."),
        AttributeReference("saga.result", "string", "How the run ended: [results](#results)."),
        AttributeReference(
            "error.type", "string",
            "The type of the error, or what `SagaError.errorType` says; absent on success. On `otel.sdk.*` metrics: a "
                + "[drop reason](#drop-reasons)."),
        AttributeReference("saga.step.name", "string", "The innermost step or compensation; absent outside of them."),
        AttributeReference(
            "saga.step.index", "int", "Place among the run's steps, from 0; attempts of one step share it."),
        AttributeReference("saga.step.attempt", "int", "1, 2, 3, … as `withStep` was given it."),
        AttributeReference(
            "saga.step.outcome", "string", "`success`, or the [result](#results) that the attempt's error stands for."),
        AttributeReference("saga.compensation.order", "int", "Place among the run's compensations, from 0."),
        AttributeReference(
            "saga.compensation.reason", "string", "As `withCompensation` was given it; absent without."),
        AttributeReference("saga.link.type", "string", "Of a link: `retries`, `compensates` or `resumes`."),
        AttributeReference("saga.task.id", "int", "The Swift runtime's id of the task."),
        AttributeReference("saga.task.parent.id", "int", "The id of the task that created it."),
        AttributeReference("saga.task.name", "string", "As the task was given it; absent without."),
        AttributeReference("saga.task.polls", "int", "How often a thread ran the task."),
        AttributeReference("saga.task.busy.duration", "double, s", "Sum of the times on a thread."),
        AttributeReference("saga.task.ready.duration", "double, s", "Sum of the waits for a thread."),
        AttributeReference("saga.task.blocked.duration", "double, s", "Sum of the suspensions."),
        AttributeReference("saga.task.state", "string", "[Task state](#task-states)."),
        AttributeReference("saga.task.stack", "string", "Its async stack: a line for each function, innermost first."),
        AttributeReference("saga.task.warning.type", "string", "[Task warning](#task-warnings)."),
        AttributeReference(
            "saga.task.warning.duration", "double, s", "How long it has been so; of a ghost since its run's end."),
        AttributeReference("saga.task.cycle", "string", "The ids of the tasks of a cycle, each waiting for the next."),
        AttributeReference(
            "saga.log.stage", "string",
            "`buffered`, `appended`, `durable`, `mapped`, `applied`, `snapshotted` or `exported`."),
        AttributeReference("saga.log.sequence", "int", "The LSN of a record of the saga log."),
        AttributeReference("saga.log.offset", "int, By", "Where in a file of the saga log."),
        AttributeReference("saga.log.torn.size", "int, By", "What was cut off the saga log's end."),
        AttributeReference(
            "saga.log.corruption.type", "string",
            "`crc`, `gap`, `truncated`, `header`, `snapshot_checksum` or `wal_mmap_divergence`: see the page of the log."
        ),
        AttributeReference("saga.barrier.operation", "string", "`action` or `compensation`."),
        AttributeReference(
            "saga.barrier.outcome", "string",
            "`performed`; of an action `repeated`, answered from memory, or `late`, refused since its compensation came "
                + "before it; of a compensation `empty`, no action had come, or `duplicate`."),
        AttributeReference("file.path", "string", "A file of the saga log, or its directory."),
        AttributeReference("error.message", "string", "What failed, where, and what to do."),
        AttributeReference("saga.definition.version", "int", "The version of the definition that the run goes by."),
        AttributeReference("saga.step.gate.verdict", "string", "`start`, `wait` or `reject`."),
        AttributeReference(
            "saga.step.gate.reason", "string",
            "`cancelled`, `previous_uncommitted`, `version_invalid`, `deadline`, `duplicate` or `capacity`."),
        AttributeReference(
            "saga.recovery.outcome", "string",
            "`resumed`; `suspended`, its dead letters wait for somebody; or `quarantined`, set aside."),
        AttributeReference(
            "saga.drift.type", "string",
            "`memory_ahead`, `log_ahead`, `diverged`, `orphan_memory`, `orphan_log`, `sequence_gap` or `stalled`."),
        AttributeReference(
            "saga.drift.result", "string",
            "`consistent`; `lagging`, one side was just moving; `drifted`; or `unknown`, which is never healthy: the log could not "
                + "be read, or the run's records could not be written."),
        AttributeReference(
            "saga.drift.memory", "string", "What memory says of the run: its state, how many records, and its steps."),
        AttributeReference(
            "saga.drift.log", "string", "The same of the log, or the record that cannot stand where it does."),
        AttributeReference("saga.drift.outcome", "string", "`repaired` or `quarantined`."),
        AttributeReference("saga.breaker.state", "string", "`closed`, `open` or `half_open`."),
        AttributeReference(
            "saga.breaker.failure.rate", "double",
            "The share of the last calls that failed, 0 to 1; of a breaker that opens again, as when it first opened."),
        AttributeReference("saga.breaker.cooldown", "double, s", "For how long no call is let through."),
        AttributeReference("saga.resource.kind", "string", "What is held, as the lease was given it."),
        AttributeReference("saga.resource.age", "double, s", "Time since it was acquired."),
        AttributeReference("recovered", "bool", "Whether a leaked resource was closed by the closer it came with."),
        AttributeReference("saga.task.orphan.age", "double, s", "Time since the end of the task's run."),
        AttributeReference("saga.block.reason", "string", "[Block reason](#block-reasons)."),
        AttributeReference("saga.block.duration", "double, s", "How long the suspension lasted."),
        AttributeReference("exception.type", "string", "As `error.type`."),
        AttributeReference("exception.message", "string", "The error in words, at most 1,024 characters."),
        AttributeReference(
            "otel.component.type", "string",
            "`otlp_http_span_exporter`, `otlp_http_log_exporter`, `otlp_http_metric_exporter`; `otlp_file_…` of the file "
                + "exporter; of an exporter of your own its type's name and `_span_exporter` and so on."),
        AttributeReference(
            "outcome", "string",
            "What became of an unsampled run or span: `kept`, `discarded`, `not_held`, `overflow` or `late`."),
        AttributeReference("tier", "string", "`1`: the task executor, the one tier of this version."),
        AttributeReference(
            "reason", "string",
            "Of a tier: `switched_off` while tracking is off; absent while it is on. Of ignored measurements: `not_finite`, "
                + "infinite or not a number; `negative`, for what only grows; `no_memory`."),
        AttributeReference("sagascope.metric.name", "string", "The metric that is spoken of."),
    ]
}
