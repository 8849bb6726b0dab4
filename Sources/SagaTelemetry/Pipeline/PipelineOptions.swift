/// How the pipeline batches. Defaults are those of the OpenTelemetry specification, except for events.
public struct PipelineOptions: Sendable {
    /// `OTEL_BSP_SCHEDULE_DELAY`: the longest time a finished span waits.
    public var spanDelay: Duration = .seconds(5)
    /// `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`: most spans or events in one request.
    public var batchLimit = 512
    /// `OTEL_BLRP_SCHEDULE_DELAY`: how long the first event waits for company. The specification's second is too long for
    /// events that tell of stuck sagas.
    public var eventDelay: Duration = .milliseconds(200)
    /// `OTEL_BSP_EXPORT_TIMEOUT`: the longest that one export of spans or events may take, retries included.
    public var exportTimeout: Duration = .seconds(30)
    /// `OTEL_METRIC_EXPORT_INTERVAL`.
    public var metricInterval: Duration = .seconds(60)
    /// `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`: for what is pushed; a page is always cumulative.
    public var metricTemporality = TemporalityPreference.cumulative
    /// `OTEL_METRIC_EXPORT_TIMEOUT`: the longest that one export of metrics may take, retries included.
    public var metricTimeout: Duration = .seconds(30)
    /// `SAGASCOPE_SHUTDOWN_TIMEOUT`: the longest that the last export may take when the process stops.
    public var shutdownTimeout: Duration = .seconds(10)
    /// `OTEL_BSP_MAX_QUEUE_SIZE`, 512 bytes each: memory for finished spans, per recording thread.
    public var spanRingBytes = 1 << 20
    /// `OTEL_BLRP_MAX_QUEUE_SIZE`, 512 bytes each: memory for events, per recording thread.
    public var eventRingBytes = 1 << 19

    public init() {}
}
