/// What the value of a point covers: everything since the process began to count, or what came since the last export.
///
/// Source: OpenTelemetry metrics data model, "Temporality".
public enum AggregationTemporality: Sendable, Hashable {
    case delta
    case cumulative
}

/// Which temporality a destination wants for which kind of metric. A gauge has none.
///
/// Source: OpenTelemetry specification, "OTLP Metrics Exporter", `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`.
public enum TemporalityPreference: String, Sendable, CaseIterable {
    /// All cumulative.
    case cumulative
    /// Deltas of what only grows: counters, observed ones too, and histograms.
    case delta
    /// Deltas where the program counts all the time: counters that are not observed, and histograms.
    case lowMemory = "lowmemory"

    /// - Parameter isObserved: its values are asked for, see ``MetricSnapshot/isObserved``.
    public func temporality(of kind: MetricDescriptor.Kind, isObserved: Bool) -> AggregationTemporality {
        switch (self, kind) {
        case (.cumulative, _), (_, .upDownCounter), (_, .gauge): .cumulative
        case (.delta, .counter), (.delta, .histogram), (.lowMemory, .histogram): .delta
        case (.lowMemory, .counter): isObserved ? .cumulative : .delta
        }
    }
}
