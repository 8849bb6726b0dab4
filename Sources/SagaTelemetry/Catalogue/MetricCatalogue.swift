/// Every metric that Sagascope emits, each one once: name, kind, unit, buckets, attributes, text.
///
/// The instruments, both exporters and the reference page are made from this list. Names follow OpenTelemetry's semantic
/// conventions 1.44: seconds and bytes, counters plural with a `{thing}` unit, `error.type` absent on success.
public enum MetricCatalogue {
    // MARK: runs
    public static let runDuration = MetricDescriptor(
        "saga.run.duration", .histogram(bounds: Buckets.run), unit: "s",
        attributes: ["saga.name", "saga.result", "error.type"],
        "Time from the start of a saga run to its end, by result.")
    public static let runActive = MetricDescriptor(
        "saga.run.active", .upDownCounter, unit: "{run}", attributes: ["saga.name", "saga.run.state"],
        "Saga runs that have started and not ended.")
    public static let runOldestAge = MetricDescriptor(
        "saga.run.oldest.age", .gauge, unit: "s", attributes: ["saga.name", "saga.run.state"],
        "Age of the oldest run that is still open.")
    public static let runProgressAge = MetricDescriptor(
        "saga.run.progress.age", .gauge, unit: "s", attributes: ["saga.name"],
        "Largest time since an open run started or ended a step.")

    public static let criticalDuration = MetricDescriptor(
        "saga.critical.duration", .histogram(bounds: Buckets.run), unit: "s",
        attributes: ["saga.name", "saga.step.name"],
        "What a run's time was spent on: the time of one run's critical path in a step, or between steps.")

    // MARK: steps and compensations
    public static let stepDuration = MetricDescriptor(
        "saga.step.duration", .histogram(bounds: Buckets.standard), unit: "s",
        attributes: ["saga.name", "saga.step.name", "error.type"],
        "Duration of one attempt of a step.")
    public static let stepAttempts = MetricDescriptor(
        "saga.step.attempts", .counter, unit: "{attempt}",
        attributes: ["saga.name", "saga.step.name", "saga.step.outcome"],
        "Attempts of a step, by outcome.")
    public static let compensationDuration = MetricDescriptor(
        "saga.compensation.duration", .histogram(bounds: Buckets.run), unit: "s",
        attributes: ["saga.name", "saga.step.name", "error.type"],
        "Duration of the compensation of a step.")
    public static let compensationPending = MetricDescriptor(
        "saga.compensation.pending", .upDownCounter, unit: "{compensation}", attributes: ["saga.name"],
        "Compensations that have started and not ended.")

    // MARK: tasks
    public static let taskActive = MetricDescriptor(
        "saga.task.active", .upDownCounter, unit: "{task}", attributes: ["saga.task.state"],
        "Live tracked tasks of saga runs, by state.")
    public static let taskReadyDuration = MetricDescriptor(
        "saga.task.ready.duration", .histogram(bounds: Buckets.stall), unit: "s",
        attributes: ["saga.name", "saga.step.name"],
        "Time a task was ready to run before a thread took it.")
    public static let taskBusyDuration = MetricDescriptor(
        "saga.task.busy.duration", .histogram(bounds: Buckets.stall), unit: "s",
        attributes: ["saga.name", "saga.step.name"],
        "Time a task ran on a thread without suspending.")
    public static let taskBlockedDuration = MetricDescriptor(
        "saga.task.blocked.duration", .histogram(bounds: Buckets.standard), unit: "s",
        attributes: ["saga.name", "saga.step.name", "saga.block.reason"],
        "Time a task was suspended, waiting for something.")
    public static let taskLifetime = MetricDescriptor(
        "saga.task.lifetime.duration", .histogram(bounds: Buckets.run), unit: "s", attributes: ["saga.name"],
        "Time from the creation of a task to its end.")
    public static let taskOrphans = MetricDescriptor(
        "saga.task.orphans", .upDownCounter, unit: "{task}", attributes: ["saga.name"],
        "Live tasks whose saga run has ended, and that were not meant to outlive it.")
    public static let taskWarnings = MetricDescriptor(
        "saga.task.warnings", .counter, unit: "{warning}", attributes: ["saga.task.warning.type"],
        "Tasks of the process that were found to have something wrong with them, by what it is.")
    public static let taskUntracked = MetricDescriptor(
        "saga.task.untracked", .counter, unit: "{task}",
        "Tasks that were not tracked because the table of live tasks was full.")
    public static let flightDropped = MetricDescriptor(
        "sagascope.flight.dropped", .counter, unit: "{event}",
        "Transitions of tasks that the flight recorder lost: more threads recorded than it has memory for.")
    public static let trackingTier = MetricDescriptor(
        "sagascope.tracking.tier", .upDownCounter, unit: "1", attributes: ["tier", "reason"],
        "1 for each tier of task tracking that is on, 0 for one that is off, with the reason.")

    // MARK: runs that are not sampled
    public static let unsampledRuns = MetricDescriptor(
        "sagascope.unsampled.runs", .counter, unit: "{run}", attributes: ["outcome"],
        "Saga runs that were not sampled: kept because they did not succeed, discarded, or not held for want of room.")
    public static let unsampledSpans = MetricDescriptor(
        "sagascope.unsampled.spans", .counter, unit: "{span}", attributes: ["outcome"],
        "Spans of runs that were not sampled: kept, discarded, past the limits (overflow), ended after the run (late).")

    // MARK: the saga log
    public static let logRecords = MetricDescriptor(
        "saga.log.records", .counter, unit: "{record}", attributes: ["saga.log.stage"],
        "Records that this process has brought through a stage of the saga log.")
    public static let logIO = MetricDescriptor(
        "saga.log.io", .counter, unit: "By", attributes: ["saga.log.stage"],
        "Bytes of records that this process has brought through a stage of the saga log.")
    public static let logSequence = MetricDescriptor(
        "saga.log.sequence", .counter, unit: "{record}", attributes: ["saga.log.stage"],
        "How far a stage of the saga log has come: the LSN of its last record.")
    public static let logLagRecords = MetricDescriptor(
        "saga.log.lag.records", .gauge, unit: "{record}", attributes: ["saga.log.stage"],
        "Records that were appended and have not come through a stage of the saga log.")
    public static let logLagSize = MetricDescriptor(
        "saga.log.lag.size", .gauge, unit: "By", attributes: ["saga.log.stage"],
        "Bytes of the records that have not come through a stage of the saga log.")
    public static let logLagAge = MetricDescriptor(
        "saga.log.lag.age", .gauge, unit: "s", attributes: ["saga.log.stage"],
        "Age of the oldest record that has not come through a stage of the saga log.")
    public static let logLagUnknown = MetricDescriptor(
        "saga.log.lag.unknown", .upDownCounter, unit: "{stage}", attributes: ["saga.log.stage"],
        "1 for each stage of the saga log that nothing has been heard of, so that its lag is not known; else 0.")
    public static let logCommitDuration = MetricDescriptor(
        "saga.log.commit.duration", .histogram(bounds: Buckets.io), unit: "s", attributes: [],
        "Time from handing over a record, or a batch, to when it is durable and its task goes on.")
    public static let logSyncDuration = MetricDescriptor(
        "saga.log.fsync.duration", .histogram(bounds: Buckets.io), unit: "s", attributes: [],
        "Time to write and sync one group commit.")
    public static let logBatchSize = MetricDescriptor(
        "saga.log.batch.size", .histogram(bounds: Buckets.records), unit: "{record}", attributes: [],
        "Records of one group commit.")
    public static let logCorruptions = MetricDescriptor(
        "saga.log.corruptions", .counter, unit: "{corruption}", attributes: ["saga.log.corruption.type"],
        "Damage that was found in the saga log, by what it is.")
    public static let logUnmappedRuns = MetricDescriptor(
        "saga.log.unmapped.runs", .gauge, unit: "{run}", attributes: [],
        "Open runs that other processes cannot see, because all slots of the mapped view are taken.")
    public static let snapshotAge = MetricDescriptor(
        "saga.snapshot.age", .gauge, unit: "s", attributes: [],
        "Time since the newest snapshot of the saga log was taken.")
    public static let snapshotDuration = MetricDescriptor(
        "saga.snapshot.duration", .histogram(bounds: Buckets.standard), unit: "s", attributes: ["error.type"],
        "Time to take one snapshot of the saga log.")
    public static let snapshotSize = MetricDescriptor(
        "saga.snapshot.size", .histogram(bounds: Buckets.bytes), unit: "By", attributes: [],
        "Size of a snapshot's file.")

    // MARK: the runtime
    public static let gateVerdicts = MetricDescriptor(
        "saga.step.gate.verdicts", .counter, unit: "{verdict}",
        attributes: ["saga.name", "saga.step.name", "saga.step.gate.verdict"],
        "Times that the launch gate was asked for a step, by what it answered: start, wait or reject.")
    public static let gateWaitDuration = MetricDescriptor(
        "saga.step.gate.wait.duration", .histogram(bounds: Buckets.standard), unit: "s",
        attributes: ["saga.name", "saga.step.name"],
        "Time that a step waited for the commits of those before it.")
    public static let gateRejections = MetricDescriptor(
        "saga.step.gate.rejections", .counter, unit: "{rejection}", attributes: ["saga.name", "saga.step.gate.reason"],
        "Steps that the launch gate refused, by the reason.")
    public static let deadLetters = MetricDescriptor(
        "saga.compensation.dead_letters", .upDownCounter, unit: "{compensation}", attributes: ["saga.name"],
        "Compensations that have given up and wait for somebody.")
    public static let runsQuarantined = MetricDescriptor(
        "saga.run.quarantined", .upDownCounter, unit: "{run}", attributes: ["saga.name"],
        "Runs that were set aside, because their history is not what their definition or the log says.")
    public static let recoveryRuns = MetricDescriptor(
        "saga.recovery.runs", .counter, unit: "{run}", attributes: ["saga.name", "saga.recovery.outcome"],
        "Open runs that were found in the log: resumed, suspended or quarantined.")
    public static let recoveryDuration = MetricDescriptor(
        "saga.recovery.duration", .histogram(bounds: Buckets.run), unit: "s", attributes: [],
        "Time to read the open runs out of the log.")
    public static let driftChecks = MetricDescriptor(
        "saga.drift.checks", .counter, unit: "{check}", attributes: ["saga.drift.result"],
        "Runs in memory that were compared with the log, by what was found.")
    public static let driftDetections = MetricDescriptor(
        "saga.drift.detections", .counter, unit: "{drift}", attributes: ["saga.name", "saga.drift.type"],
        "Runs whose memory and log were found to differ.")
    public static let driftActive = MetricDescriptor(
        "saga.drift.active", .upDownCounter, unit: "{drift}", attributes: ["saga.drift.type"],
        "Runs whose memory and log differ now, or that do not go on.")
    public static let driftRepairs = MetricDescriptor(
        "saga.drift.repairs", .counter, unit: "{repair}", attributes: ["saga.drift.type", "saga.drift.outcome"],
        "Runs that were to be made anew from the log: repaired, or quarantined because the log did not allow it.")
    public static let stepResidual = MetricDescriptor(
        "saga.step.residual", .upDownCounter, unit: "{task}", attributes: ["saga.name", "saga.step.name"],
        "Live tasks of steps that did not end when they were cancelled, so that nobody waits for them any more.")
    public static let breakerState = MetricDescriptor(
        "saga.breaker.state", .upDownCounter, unit: "{breaker}",
        attributes: ["saga.name", "saga.step.name", "saga.breaker.state"],
        "1 for the state that the circuit breaker of a step is in, 0 for the others.")
    public static let breakerTransitions = MetricDescriptor(
        "saga.breaker.transitions", .counter, unit: "{transition}",
        attributes: ["saga.name", "saga.step.name", "saga.breaker.state"],
        "Times that the circuit breaker of a step came into a state.")
    public static let breakerRefusals = MetricDescriptor(
        "saga.breaker.refusals", .counter, unit: "{call}", attributes: ["saga.name", "saga.step.name"],
        "Calls of a step that its circuit breaker did not let through.")
    public static let resourceLeased = MetricDescriptor(
        "saga.resource.leased", .upDownCounter, unit: "{resource}", attributes: ["saga.resource.kind"],
        "Resources that are held for saga runs and have not been released.")
    public static let resourceLeaks = MetricDescriptor(
        "saga.resource.leaks", .counter, unit: "{resource}", attributes: ["saga.resource.kind", "recovered"],
        "Resources that were still held when their run had closed: closed then by the closer they came with, or not.")
    public static let resourceUntracked = MetricDescriptor(
        "saga.resource.untracked", .counter, unit: "{resource}", attributes: ["saga.resource.kind"],
        "Resources that cannot be reclaimed, because their run held too many, or had closed, when they came.")
    public static let admissionWaiting = MetricDescriptor(
        "saga.admission.waiting", .upDownCounter, unit: "{run}", attributes: ["saga.name"],
        "Runs that wait until as many as may run at once are fewer.")
    public static let admissionWaitDuration = MetricDescriptor(
        "saga.admission.wait.duration", .histogram(bounds: Buckets.run), unit: "s", attributes: ["saga.name"],
        "Time that a run waited to be admitted; 0 for one that did not have to.")
    public static let admissionRefusals = MetricDescriptor(
        "saga.admission.refusals", .counter, unit: "{run}", attributes: ["saga.name", "error.type"],
        "Runs that were not admitted: too many waited, or the runtime was closing.")

    // MARK: participants
    public static let barrierCalls = MetricDescriptor(
        "saga.barrier.calls", .counter, unit: "{call}",
        attributes: ["saga.barrier.operation", "saga.barrier.outcome"],
        "Calls that a participant's barrier has decided on, by what became of them.")

    // MARK: the pipeline itself
    // Names and meanings: https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/
    public static let spanStarted = MetricDescriptor(
        "otel.sdk.span.started", .counter, unit: "{span}", attributes: [],
        "Spans begun, as far as they are recorded.")
    public static let spanLive = MetricDescriptor(
        "otel.sdk.span.live", .upDownCounter, unit: "{span}", attributes: [],
        "Spans begun and not ended, as far as they are recorded.")
    public static let spanQueueSize = MetricDescriptor(
        "otel.sdk.processor.span.queue.size", .upDownCounter, unit: "{span}", attributes: [],
        "Spans that ended and wait in the rings.")
    public static let spanQueueCapacity = MetricDescriptor(
        "otel.sdk.processor.span.queue.capacity", .upDownCounter, unit: "{span}", attributes: [],
        "Spans that the rings hold, counted as 512 bytes each.")
    public static let spanProcessed = MetricDescriptor(
        "otel.sdk.processor.span.processed", .counter, unit: "{span}", attributes: ["error.type"],
        "Spans handed to the exporter, with error.type those that were lost before.")
    public static let spanExported = MetricDescriptor(
        "otel.sdk.exporter.span.exported", .counter, unit: "{span}", attributes: ["error.type"],
        "Spans whose export has finished, with error.type those that failed.")
    public static let spanInFlight = MetricDescriptor(
        "otel.sdk.exporter.span.inflight", .upDownCounter, unit: "{span}", attributes: [],
        "Spans that the exporter was handed and has not answered for.")
    public static let logCreated = MetricDescriptor(
        "otel.sdk.log.created", .counter, unit: "{log_record}", attributes: [],
        "Events recorded.")
    public static let logQueueSize = MetricDescriptor(
        "otel.sdk.processor.log.queue.size", .upDownCounter, unit: "{log_record}", attributes: [],
        "Events that wait in the rings.")
    public static let logQueueCapacity = MetricDescriptor(
        "otel.sdk.processor.log.queue.capacity", .upDownCounter, unit: "{log_record}", attributes: [],
        "Events that the rings hold, counted as 512 bytes each.")
    public static let logProcessed = MetricDescriptor(
        "otel.sdk.processor.log.processed", .counter, unit: "{log_record}", attributes: ["error.type"],
        "Events handed to the exporter, with error.type those that were lost before.")
    public static let logExported = MetricDescriptor(
        "otel.sdk.exporter.log.exported", .counter, unit: "{log_record}", attributes: ["error.type"],
        "Events whose export has finished, with error.type those that failed.")
    public static let logInFlight = MetricDescriptor(
        "otel.sdk.exporter.log.inflight", .upDownCounter, unit: "{log_record}", attributes: [],
        "Events that the exporter was handed and has not answered for.")
    public static let pointExported = MetricDescriptor(
        "otel.sdk.exporter.metric_data_point.exported", .counter, unit: "{data_point}", attributes: ["error.type"],
        "Metric points whose export has finished, with error.type those that failed.")
    public static let pointInFlight = MetricDescriptor(
        "otel.sdk.exporter.metric_data_point.inflight", .upDownCounter, unit: "{data_point}", attributes: [],
        "Metric points that the exporter was handed and has not answered for.")
    public static let exportDuration = MetricDescriptor(
        "otel.sdk.exporter.operation.duration", .histogram(bounds: Buckets.standard), unit: "s",
        attributes: ["otel.component.type", "error.type"],
        "Duration of one export, retries included.")
    public static let seriesOverflowed = MetricDescriptor(
        "sagascope.metric.overflow", .counter, unit: "{attribute_set}", attributes: ["sagascope.metric.name"],
        "Times that a metric had no series left for a set of attributes, which then went into its overflow series.")
    public static let measurementIgnored = MetricDescriptor(
        "sagascope.metric.ignored", .counter, unit: "{measurement}", attributes: ["reason"],
        "Measurements that no instrument took.")

    public static let all: [MetricDescriptor] = [
        runDuration, runActive, runOldestAge, runProgressAge, criticalDuration, stepDuration, stepAttempts,
        compensationDuration,
        compensationPending, taskActive, taskReadyDuration, taskBusyDuration, taskBlockedDuration, taskLifetime,
        taskOrphans, taskWarnings, taskUntracked, flightDropped, trackingTier, unsampledRuns, unsampledSpans,
        logRecords, logIO, logSequence, logLagRecords, logLagSize, logLagAge, logLagUnknown, logCommitDuration,
        logSyncDuration, logBatchSize, logCorruptions, logUnmappedRuns, snapshotAge, snapshotDuration, snapshotSize,
        gateVerdicts, gateWaitDuration, gateRejections, deadLetters, runsQuarantined, recoveryRuns, recoveryDuration,
        driftChecks, driftDetections, driftActive, driftRepairs, stepResidual, breakerState, breakerTransitions,
        breakerRefusals, resourceLeased, resourceLeaks, resourceUntracked, barrierCalls, admissionWaiting,
        admissionWaitDuration, admissionRefusals,
        spanStarted, spanLive, spanQueueSize, spanQueueCapacity, spanProcessed, spanExported, spanInFlight, logCreated,
        logQueueSize, logQueueCapacity,
        logProcessed, logExported, logInFlight, pointExported, pointInFlight, exportDuration, seriesOverflowed,
        measurementIgnored,
    ]
}

/// Histogram bounds in seconds, by what they measure.
public enum Buckets {
    /// Whole runs: 10 ms to a day.
    public static let run: [Double] = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, 1800, 3600, 14400, 86400]
    /// Requests and steps: 5 ms to 10 s.
    public static let standard: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]
    /// Scheduling delays: 10 µs to 1 s.
    public static let stall: [Double] = [
        0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1,
    ]
    /// Writes and syncs of a disk: 0.1 ms to 3.3 s.
    public static let io: [Double] = (0...15).map { 0.0001 * Double(1 << $0) }
    /// Records of a group: 1 to 16,384.
    public static let records: [Double] = (0...14).map { Double(1 << $0) }
    /// Files: 1 KiB to 1 GiB.
    public static let bytes: [Double] = (5...15).map { Double(1 << ($0 * 2)) }
}
