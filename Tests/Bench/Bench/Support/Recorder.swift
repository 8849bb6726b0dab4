import SagaTelemetry
import Synchronization

/// Switches recording on, with a pipeline that drains when a bench says so and never by itself.
final class Recorder: Sendable {
    private let exporter = Sink()
    private let pipeline: TelemetryPipeline

    init() {
        var options = PipelineOptions()
        options.spanDelay = .seconds(86_400)
        options.eventDelay = .seconds(86_400)
        options.metricInterval = .seconds(86_400)
        options.batchLimit = 512
        // A registry of its own: a flush would otherwise collect the instruments of all benches.
        pipeline = TelemetryPipeline(exporter: exporter, registry: MetricRegistry(), options: options)
        pipeline.start()
    }

    /// Takes everything out of the rings.
    ///
    /// Throws unless that is exactly what was recorded: `created = consumed`, and nothing dropped, ever.
    /// - Returns: how many bytes the spans had.
    @discardableResult
    func drain(spans: Int, events: Int = 0) async throws -> Int {
        exporter.forget()
        let report = await pipeline.forceFlush(timeout: .seconds(60))
        try require(report.isComplete, "a flush of \(spans) spans was not complete after 60 s")
        try require(
            report.spans.exported == spans && report.logs.exported == events,
            """
            \(spans) spans and \(events) events were recorded, \(report.spans.exported) and \(report.logs.exported) came \
            out of the rings
            """)
        let statistics = pipeline.statistics
        for signal in [statistics.spans, statistics.logs] {
            try require(
                signal.created == signal.exported && signal.droppedTotal == 0,
                "created \(signal.created), consumed \(signal.exported), dropped \(signal.dropped)")
        }
        return exporter.spans.reduce(0) { $0 + $1.bytes.count }
    }

    /// The same, however many there are.
    func drain() async throws {
        exporter.forget()
        let report = await pipeline.forceFlush(timeout: .seconds(60))
        try require(report.isComplete, "a flush was not complete after 60 s")
        let statistics = pipeline.statistics
        for signal in [statistics.spans, statistics.logs] {
            try require(signal.droppedTotal == 0, "dropped \(signal.dropped)")
        }
    }

    /// The batches of spans of the last drain.
    var drained: [RecordBatch] { exporter.spans }

    /// Ends recording; throws when anything recorded was never drained.
    func stop() async throws {
        let report = await pipeline.shutdown()
        try require(
            report.isComplete && report.spans.exported == 0 && report.logs.exported == 0,
            "records were left in the rings at the end")
    }
}

/// Accepts everything and keeps the spans of the last drain.
private final class Sink: TelemetryExporter {
    private let batches = Mutex<[RecordBatch]>([])

    let destination = "nowhere"

    var spans: [RecordBatch] { batches.withLock { $0 } }

    func forget() { batches.withLock { $0 = [] } }

    func export(spans: RecordBatch) async -> ExportOutcome {
        batches.withLock { $0.append(spans) }
        return .exported(spans.count)
    }

    func export(logs: RecordBatch) async -> ExportOutcome { .exported(logs.count) }

    func export(metrics: MetricsSnapshot) async -> ExportOutcome { .exported(metrics.pointCount) }

    func shutdown() async {}
}
