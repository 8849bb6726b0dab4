import SagaTelemetry

/// Renders snapshots of one registry as Prometheus pages of one format.
///
/// ```swift
/// var renderer = PrometheusRenderer(format: .openMetrics)
/// var page: [UInt8] = []
/// renderer.render(snapshot, resource: resource, to: &page)
/// ```
///
/// What never changes of a series is rendered once, when it first appears, and found again by
/// ``MetricSnapshot/instrument`` and ``NumberPoint/series``. These numbers belong to a registry, so each registry needs
/// a renderer of its own; a snapshot whose descriptors contradict what is cached empties the cache.
///
/// A renderer holds as many bytes as one page, and each series' labels once more. It is not safe to use from two tasks
/// at a time; ``PrometheusPage`` is.
///
/// Sources: prometheus.io, "Exposition formats"; OpenMetrics 1.0; OpenTelemetry specification, "Prometheus and OpenMetrics
/// Compatibility".
public struct PrometheusRenderer: ~Copyable {
    public let format: PrometheusFormat

    private let scope: InstrumentationScope
    private let options: PrometheusOptions
    private var registry: FamilyRegistry
    private var writer: any FamilyWriter
    private var target: TargetInfo?
    private var targetResource: Resource?
    private var page = 0
    /// By instrument number: where it stands in the snapshot of which page.
    private var places: [(page: Int, index: Int)] = []

    /// - Parameter scope: what `otel_scope_name` and `otel_scope_version` say on every series.
    public init(
        format: PrometheusFormat = .text, scope: InstrumentationScope = .sagascope,
        options: PrometheusOptions = PrometheusOptions()
    ) {
        self.format = format
        self.scope = scope
        self.options = options
        registry = FamilyRegistry(escaping: format.escaping)
        writer = Self.writer(of: format, scope: scope, options)
    }

    private static func writer(
        of format: PrometheusFormat, scope: InstrumentationScope, _ options: PrometheusOptions
    ) -> any FamilyWriter {
        let scope = options.scopeLabels ? scope : nil
        return switch format.syntax {
        case .text004, .text100:
            TextWriter(.prometheus, escaping: format.escaping, scope: scope, createdSamples: false)
        case .openMetrics:
            TextWriter(
                .openMetrics, escaping: format.escaping, scope: scope, createdSamples: options.createdSamples)
        case .protobuf: ProtobufWriter(escaping: format.escaping, scope: scope)
        }
    }

    /// The metrics of this registry that cannot stand on the page, in the order in which they were met.
    public var conflicts: [NameConflict] { registry.conflicts }

    /// Appends the page of `snapshot` to `bytes`. Give the array of the page before, emptied with its capacity kept, and
    /// text is written with no allocation a series.
    ///
    /// - Parameter resource: becomes the labels of `target_info`; `job` and `instance` are left to Prometheus.
    /// - Returns: what is on the page and what is not; together all points of the snapshot.
    @discardableResult
    public mutating func render(
        _ snapshot: MetricsSnapshot, resource: Resource, to bytes: inout [UInt8]
    ) -> PrometheusPageSummary {
        if !registry.agrees(with: snapshot) {
            registry = FamilyRegistry(escaping: format.escaping)
            writer = Self.writer(of: format, scope: scope, options)
        }
        if resource != targetResource {
            targetResource = resource
            target = TargetInfo(resource, escaping: format.escaping)
        }
        page += 1
        var summary = PrometheusPageSummary()
        place(snapshot, &summary)

        var output = PageBuffer(takingOver: &bytes)
        var dueTarget = target
        for family in registry.families {
            if let target = dueTarget, family.sampleName > target.sampleName {
                writer.write(target, to: &output)
                dueTarget = nil
            }
            let metrics = family.instruments.compactMap { number -> MetricSnapshot? in
                guard places[number].page == page else { return nil }
                let metric = snapshot.metrics[places[number].index]
                return metric.points.count > 0 ? metric : nil
            }
            guard !metrics.isEmpty else { continue }
            summary.points += writer.write(family, metrics, page: page, to: &output)
            summary.families += 1
        }
        if let dueTarget { writer.write(dueTarget, to: &output) }
        writer.finish(&output)
        output.finish(into: &bytes)
        summary.droppedPoints = snapshot.pointCount - summary.points
        return summary
    }

    /// Notes where each instrument stands in the snapshot.
    private mutating func place(_ snapshot: MetricsSnapshot, _ summary: inout PrometheusPageSummary) {
        for (index, metric) in snapshot.metrics.enumerated() {
            // A page shows totals; what was added since some other reader last looked is none.
            let isTotal = metric.temporality == .cumulative || metric.descriptor.kind == .gauge
            guard isTotal, registry.admit(metric) else {
                summary.droppedMetrics += 1
                continue
            }
            let number = metric.instrument
            if number >= places.count {
                places += repeatElement((page: 0, index: 0), count: number + 1 - places.count)
            }
            places[number] = (page, index)
        }
    }
}
