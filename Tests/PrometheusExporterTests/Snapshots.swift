import PrometheusExporter
import SagaTelemetry

/// Short ways to write snapshots down.
func snapshot(_ metrics: MetricSnapshot...) -> MetricsSnapshot { MetricsSnapshot(time: 0, metrics: metrics) }

func metric(
    _ instrument: Int, _ descriptor: MetricDescriptor, _ points: (Attributes, NumberPoint.Value)...
) -> MetricSnapshot {
    MetricSnapshot(
        descriptor: descriptor, instrument: instrument, startTime: 0, seriesAttributes: points.map(\.0),
        points: .numbers(points.enumerated().map { NumberPoint(series: $0, value: $1.1) }))
}

func metric(
    _ instrument: Int, _ descriptor: MetricDescriptor, _ points: (Attributes, counts: [UInt64], sum: Double)...
) -> MetricSnapshot {
    let histograms = points.enumerated().map { HistogramPoint(series: $0, counts: $1.counts, sum: $1.sum) }
    return MetricSnapshot(
        descriptor: descriptor, instrument: instrument, startTime: 0, seriesAttributes: points.map(\.0),
        points: .histograms(histograms))
}

func counter(_ name: String, unit: String = "{run}", _ description: String = "Something.") -> MetricDescriptor {
    MetricDescriptor(name, .counter, unit: unit, description)
}

func gauge(_ name: String, unit: String = "s", _ description: String = "Something.") -> MetricDescriptor {
    MetricDescriptor(name, .gauge, unit: unit, description)
}

let scope = InstrumentationScope(name: "test", version: "1")
let noResource = Resource(Attributes.empty)

/// The page of a renderer that has not seen anything before.
func page(_ snapshot: MetricsSnapshot, resource: Resource = noResource) -> [UInt8] {
    var renderer = PrometheusTextRenderer(scope: scope)
    var bytes: [UInt8] = []
    renderer.render(snapshot, resource: resource, to: &bytes)
    return bytes
}

func text(_ snapshot: MetricsSnapshot, resource: Resource = noResource) -> String {
    String(decoding: page(snapshot, resource: resource), as: UTF8.self)
}
