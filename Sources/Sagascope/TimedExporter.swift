import OTLPExporter
import SagaTelemetry

/// Measures how long the exports of another exporter take.
struct TimedExporter: TelemetryExporter {
    private let exporter: any TelemetryExporter
    private let registry: MetricRegistry
    private let type: String

    init(_ exporter: any TelemetryExporter, in registry: MetricRegistry) {
        self.exporter = exporter
        self.registry = registry
        type = Self.componentType(of: exporter)
    }

    var destination: String { exporter.destination }

    func export(spans: RecordBatch) async -> ExportOutcome {
        await timed("span") { await exporter.export(spans: spans) }
    }

    func export(logs: RecordBatch) async -> ExportOutcome {
        await timed("log") { await exporter.export(logs: logs) }
    }

    func export(metrics: MetricsSnapshot) async -> ExportOutcome {
        await timed("metric") { await exporter.export(metrics: metrics) }
    }

    func shutdown() async { await exporter.shutdown() }

    /// The first part of `otel.component.type`, as the semantic conventions spell those that they know.
    private static func componentType(of exporter: any TelemetryExporter) -> String {
        #if OTLPHTTP
        if exporter is OTLPHTTPExporter { return "otlp_http" }
        #endif
        return exporter is OTLPFileExporter ? "otlp_file" : "\(Swift.type(of: exporter))"
    }

    private func timed(_ signal: String, _ export: () async -> ExportOutcome) async -> ExportOutcome {
        let start = ContinuousClock.now
        let outcome = await export()
        let duration = ContinuousClock.now - start
        var attributes = [(key: "otel.component.type", value: AttributeValue.string("\(type)_\(signal)_exporter"))]
        if let reason = outcome.dropped.max(by: { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) })?.key {
            attributes.append(("error.type", .string(reason.rawValue)))
        } else if outcome.rejected > 0 {
            attributes.append(("error.type", "rejected"))
        }
        registry.histogram(MetricCatalogue.exportDuration, Attributes(attributes)).record(duration / .seconds(1))
        return outcome
    }
}
