/// What a page tells beyond the metrics themselves.
public struct PrometheusOptions: Sendable, Equatable {
    /// Whether OpenMetrics pages say when each counter and histogram began, as `_created` samples: a further series for each
    /// in Prometheus, so off by default. The protobuf format has a field for it, which is always set.
    public var createdSamples = false
    /// Whether names stand as they are (`saga.run.duration_seconds`) for a scraper that asks for `escaping=allow-utf-8`, as
    /// Prometheus 3 does. Off by default: such a scraper gets underscores too, so that the same queries, dashboards and rules
    /// fit Prometheus 2 and 3.
    public var utf8Names = false
    /// Whether every series has `otel_scope_name` and `otel_scope_version`.
    public var scopeLabels = true

    public init() {}
}
