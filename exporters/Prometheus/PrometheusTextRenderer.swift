import SagaTelemetry

/// Renders snapshots of one registry as pages of the Prometheus text format, version 0.0.4.
///
/// ```swift
/// var renderer = PrometheusTextRenderer()
/// var page: [UInt8] = []
/// renderer.render(snapshot, resource: resource, to: &page)
/// ```
///
/// All of a line but its value is rendered once, when its series first appears, and found again by
/// ``MetricSnapshot/instrument`` and ``NumberPoint/series``. These numbers belong to a registry, so each registry needs
/// a renderer of its own; a snapshot whose descriptors contradict what is cached empties the cache.
///
/// A renderer holds as many bytes as one page, and each series' labels once more. It is not safe to use from two tasks
/// at a time; ``PrometheusPage`` is.
///
/// Sources: prometheus.io, "Exposition formats"; OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility".
public struct PrometheusTextRenderer: ~Copyable {
    /// What the page is served as.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private let scope: InstrumentationScope
    private var registry = FamilyRegistry()
    private var target = TargetInfo()
    private var page = 0

    /// - Parameter scope: what `otel_scope_name` and `otel_scope_version` say on every series.
    public init(scope: InstrumentationScope = .sagascope) { self.scope = scope }

    /// The metrics of this registry that cannot stand on the page, in the order in which they were met.
    public var conflicts: [NameConflict] { registry.conflicts }

    /// Appends the page of `snapshot` to `bytes`. Give the array of the page before, emptied with its capacity kept, and
    /// nothing is allocated.
    ///
    /// - Parameter resource: becomes the labels of `target_info`; `job` and `instance` are left to Prometheus.
    /// - Returns: what is on the page and what is not; together all points of the snapshot.
    @discardableResult
    public mutating func render(
        _ snapshot: MetricsSnapshot, resource: Resource, to bytes: inout [UInt8]
    ) -> PrometheusPageSummary {
        if !registry.agrees(with: snapshot) { registry = FamilyRegistry() }
        page += 1
        var summary = PrometheusPageSummary()
        place(snapshot, &summary)

        var output = PageBuffer(takingOver: &bytes)
        var isTargetDue = true
        for family in registry.families {
            if isTargetDue, family.name > TargetInfo.name {
                output.append(target.text(of: resource))
                isTargetDue = false
            }
            render(family, of: snapshot, to: &output, &summary)
        }
        if isTargetDue { output.append(target.text(of: resource)) }
        output.finish(into: &bytes)
        summary.droppedPoints = snapshot.pointCount - summary.points
        return summary
    }

    /// Notes where each instrument stands in the snapshot.
    private mutating func place(_ snapshot: MetricsSnapshot, _ summary: inout PrometheusPageSummary) {
        for (index, metric) in snapshot.metrics.enumerated() {
            guard let lines = registry.lines(of: metric, scope: scope) else {
                summary.droppedMetrics += 1
                continue
            }
            lines.snapshotIndex = index
            lines.snapshotPage = page
        }
    }

    private func render(
        _ family: Family, of snapshot: MetricsSnapshot, to output: inout PageBuffer,
        _ summary: inout PrometheusPageSummary
    ) {
        var isHeaderDue = true
        for lines in family.instruments where lines.snapshotPage == page {
            let metric = snapshot.metrics[lines.snapshotIndex]
            guard metric.points.count > 0 else { continue }
            if isHeaderDue {
                output.append(family.header)
                summary.families += 1
                isHeaderDue = false
            }
            switch (metric.points, family.kind) {
            case (.numbers(let points), .counter), (.numbers(let points), .gauge):
                summary.points += lines.render(points, of: metric, page: page, to: &output)
            case (.histograms(let points), .histogram):
                summary.points += lines.render(points, of: metric, page: page, to: &output)
            case (.exponential, _), (.numbers, .histogram), (.histograms, .counter), (.histograms, .gauge):
                continue
            }
        }
    }
}

/// What became of a snapshot's points: `points + droppedPoints` is their number, always.
public struct PrometheusPageSummary: Sendable, Equatable {
    /// Metric families on the page, `target_info` not counted.
    public var families = 0
    /// Points on the page. A point of a histogram is several lines.
    public var points = 0
    /// Metrics left out for a reason that ``PrometheusTextRenderer/conflicts`` tells.
    public var droppedMetrics = 0
    /// Points left out: those of dropped metrics, those whose labels another series of their family already has, and
    /// those that do not fit their descriptor.
    public var droppedPoints = 0

    public init(families: Int = 0, points: Int = 0, droppedMetrics: Int = 0, droppedPoints: Int = 0) {
        self.families = families
        self.points = points
        self.droppedMetrics = droppedMetrics
        self.droppedPoints = droppedPoints
    }
}
