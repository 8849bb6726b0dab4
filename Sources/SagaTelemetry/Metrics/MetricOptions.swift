/// How a registry turns measurements into metrics.
///
/// Hand it to ``MetricRegistry/configure(_:)`` at the start of the program, before anything is bound: what an instrument
/// counts in is decided when its first series is bound, and stays.
public struct MetricOptions: Sendable {
    /// What deviates from the descriptors; the first view that matches an instrument applies.
    public var views: [MetricView] = []
    /// How many sets of attributes a metric keeps apart. All further ones share one series, which is marked with
    /// `otel.metric.overflow`. At least 1.
    public var cardinalityLimit = MetricOptions.defaultCardinalityLimit
    /// Which measurements may become exemplars.
    public var exemplarFilter = ExemplarFilter.traceBased
    /// How histograms count that no view says anything about.
    public var defaultHistogram = HistogramAggregation.explicit

    /// The specification's default.
    public static let defaultCardinalityLimit = 2000

    public init() {}
}

/// Which measurements are offered as exemplars; the specification's `OTEL_METRICS_EXEMPLAR_FILTER`.
public enum ExemplarFilter: String, Sendable, CaseIterable {
    case alwaysOn = "always_on"
    case alwaysOff = "always_off"
    /// Those made under a span that is sampled.
    case traceBased = "trace_based"
}

/// How a histogram counts; the specification's `OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION`.
public enum HistogramAggregation: String, Sendable, CaseIterable {
    /// In the buckets that the descriptor gives.
    case explicit = "explicit_bucket_histogram"
    /// In up to 160 buckets that follow the measurements, each as wide in proportion as its neighbours.
    case exponential = "base2_exponential_bucket_histogram"
}
