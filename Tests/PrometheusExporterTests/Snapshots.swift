import PrometheusExporter
import SagaTelemetry
import TestSupport

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
    var renderer = PrometheusRenderer(scope: scope)
    var bytes: [UInt8] = []
    renderer.render(snapshot, resource: resource, to: &bytes)
    return bytes
}

func text(_ snapshot: MetricsSnapshot, resource: Resource = noResource) -> String {
    String(decoding: page(snapshot, resource: resource), as: UTF8.self)
}

/// The page of a renderer that has not seen anything before, in any format.
func page(
    _ snapshot: MetricsSnapshot, as format: PrometheusFormat, resource: Resource = noResource,
    options: PrometheusOptions = PrometheusOptions()
) -> [UInt8] {
    var renderer = PrometheusRenderer(format: format, scope: scope, options: options)
    var bytes: [UInt8] = []
    let summary = renderer.render(snapshot, resource: resource, to: &bytes)
    precondition(summary.points + summary.droppedPoints == snapshot.pointCount)
    return bytes
}

func exponential(
    _ instrument: Int, _ descriptor: MetricDescriptor, _ attributes: [Attributes],
    _ points: ExponentialHistogramPoint...,
    exemplars: [Exemplar] = []
) -> MetricSnapshot {
    MetricSnapshot(
        descriptor: descriptor, instrument: instrument, startTime: startTime, seriesAttributes: attributes,
        points: .exponential(points), exemplars: exemplars)
}

func exemplar(_ series: Int, _ value: Double, time: UInt64 = 0, _ filtered: Attributes = .empty) -> Exemplar {
    Exemplar(
        series: series, value: .double(value), time: startTime + time, traceID: TraceID(high: 1, low: 2),
        spanID: SpanID(3), filteredAttributes: filtered)
}

/// 2023-11-14 22:13:20.000000007 UTC.
let startTime: UInt64 = 1_700_000_000_000_000_007

let allFormats: [(PrometheusFormat, ParsedExposition.Syntax)] = NameEscaping.allCases.flatMap { escaping in
    [
        (PrometheusFormat.text(escaping: escaping), ParsedExposition.Syntax.text),
        (.openMetrics(escaping: escaping), .openmetrics), (.protobuf(escaping: escaping), .protobuf),
    ]
}
