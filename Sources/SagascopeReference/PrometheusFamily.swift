import PrometheusExporter
import SagaTelemetry

/// What a metric is called on the Prometheus page, read off a page that has this metric alone: the exporter's own rules.
struct PrometheusFamily {
    let name: String
    /// The finite values of `le`.
    let bounds: [String]

    init(_ descriptor: MetricDescriptor) {
        let registry = MetricRegistry()
        switch descriptor.kind {
        case .counter: registry.counter(descriptor).add()
        case .upDownCounter: registry.upDownCounter(descriptor).add()
        case .gauge: registry.gauge(descriptor).set(1)
        case .histogram: registry.histogram(descriptor).record(1)
        }
        var renderer = PrometheusRenderer()
        var page: [UInt8] = []
        renderer.render(registry.snapshot(), resource: Resource(.empty), to: &page)
        let lines = String(decoding: page, as: UTF8.self).split(separator: "\n")
        name =
            lines.filter { $0.hasPrefix("# TYPE ") }.map { String($0.split(separator: " ")[2]) }
            .first { $0 != "target_info" } ?? ""
        bounds = lines.compactMap { $0.firstMatch(of: /le="([0-9.]+)"/).map { String($0.1) } }
    }
}
