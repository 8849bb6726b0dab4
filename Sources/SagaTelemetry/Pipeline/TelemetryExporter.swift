/// A destination for telemetry: a collector, a file.
///
/// Rules for whoever writes one:
/// - An export never throws and never blocks a thread; it answers what became of each record it was given.
/// - Retrying is the exporter's business, bounded in time. When the surrounding task is cancelled it stops promptly and
///   reports what it still held as dropped for ``DropReason/shutdown``.
/// - The pipeline calls `export` for one signal from one task at a time; different signals may overlap.
public protocol TelemetryExporter: Sendable {
    /// Where data goes, for messages to people: a URL or a path.
    var destination: String { get }

    func export(spans: RecordBatch) async -> ExportOutcome
    /// Events: OTLP log records.
    func export(logs: RecordBatch) async -> ExportOutcome
    /// Outcome counts are metric points.
    func export(metrics: MetricsSnapshot) async -> ExportOutcome
    /// Releases connections and files. Called once, after the last export.
    func shutdown() async
}
