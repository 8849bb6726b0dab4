import Foundation
import NIOHTTP1
import PrometheusExporter
import SagaTelemetry
import Sagascope
import Synchronization
import TestSupport
import Testing

/// A registry that grows by one series with each collection.
private final class GrowingRegistry: Sendable {
    private let collections = Atomic<Int>(0)

    func snapshot() -> MetricsSnapshot {
        let count = collections.add(1, ordering: .relaxed).newValue
        let points = (0..<count).map { NumberPoint(series: $0, value: .int(Int64($0 * 1000))) }
        let descriptor = MetricDescriptor("growing", .counter, unit: "{thing}", attributes: ["n"], "Grows.")
        return MetricsSnapshot(
            time: 0,
            metrics: [
                MetricSnapshot(
                    descriptor: descriptor, instrument: 0, startTime: 0,
                    seriesAttributes: points.map { ["n": .int(Int64($0.series))] }, points: .numbers(points))
            ])
    }
}

@Suite("Scrapes")
struct ScrapeTests {
    @Test("Fifty at once, of a registry that grows with each, are all valid pages")
    func concurrent() async throws {
        let registry = GrowingRegistry()
        let page = PrometheusPage(resource: Resource(["service.name": "test"]))
        let sizes = try await withServer(Served(metrics: { page.answer(registry.snapshot(), accept: $0) })) { port in
            try await withThrowingTaskGroup(of: Int.self) { scrapes in
                for _ in 0..<50 {
                    scrapes.addTask {
                        let answer = try await request(port, "/metrics")
                        #expect(answer.status == 200)
                        let read = try ExpositionPage(answer.body)
                        let samples = try #require(read["growing_total"]).samples
                        for (index, sample) in samples.enumerated() {
                            #expect(sample.labels["n"] == "\(index)" && sample.value == Double(index * 1000))
                        }
                        return samples.count
                    }
                }
                return try await scrapes.reduce(into: Set<Int>()) { $0.insert($1) }
            }
        }
        #expect(sizes == Set(1...50))
    }

    @Test(
        "The Accept header chooses the format, and the answer says which one it is",
        arguments: [
            ([], .text, .text), (["text/html, */*;q=0.8"], .text, .text), (["nonsense;;"], .text, .text),
            (["application/openmetrics-text;version=1.0.0"], .openMetrics, .openmetrics),
            // Several headers are one list.
            (["text/plain;q=0.5", "application/openmetrics-text"], .openMetrics, .openmetrics),
            (["text/plain;version=1.0.0;escaping=allow-utf-8"], .text(escaping: .underscores), .text),
            ([PrometheusFormat.protobuf.contentType], .protobuf, .protobuf),
        ] as [([String], PrometheusFormat, ParsedExposition.Syntax)])
    func negotiation(accept: [String], format: PrometheusFormat, syntax: ParsedExposition.Syntax) async throws {
        let page = PrometheusPage(resource: Resource(["service.name": "test"]))
        let snapshot = Self.snapshot(Self.values)
        let answer = try await withServer(Served(metrics: { page.answer(snapshot, accept: $0) })) { port in
            try await request(port, "/metrics", headers: HTTPHeaders(accept.map { ("accept", $0) }))
        }
        #expect(answer.headers["content-type"] == [format.contentType])
        let read = try await ParsedExposition.read(answer.body, as: syntax)
        #expect(read.samples.contains { $0.name == "big_total" && $0.value == 9_007_199_254_740_991 })
    }

    @Test("A real Prometheus takes the page and answers the very values")
    func prometheus() async throws {
        let values = Self.values
        let snapshot = Self.snapshot(values)
        let page = PrometheusPage(resource: Resource(["service.name": "test \"quoted\""]))
        let prometheus = try Tool("prometheus")
        try await withServer(Served(metrics: { page.answer(snapshot, accept: $0) })) { port in
            try await withTemporaryDirectory { directory in
                let server = try PrometheusServer(prometheus, scraping: port, in: directory)
                do {
                    try await server.expect("up", [:], 1)
                    for (labels, value) in values { try await server.expect("gauge_seconds", labels, value) }
                    let bucket = "duration_seconds_bucket"
                    for (bound, count) in [("0.005", 1.0), ("1.0", 3), ("+Inf", 6)] {
                        try await server.expect(bucket, ["le": bound], count)
                    }
                    try await server.expect("duration_seconds_sum", [:], 12.75)
                    try await server.expect("duration_seconds_count", [:], 6)
                    try await server.expect("target_info", ["service_name": "test \"quoted\""], 1)
                    try await server.expect("big_total", [:], 9_007_199_254_740_991)
                } catch {
                    await server.stop()
                    Issue.record("prometheus said: \(server.errors)")
                    throw error
                }
                await server.stop()
            }
        }
    }

    private static let values: [([String: String], Double)] = [
        (["a": "plain"], 0.1 + 0.2), (["a": "\"back\\slash\"\n"], -1e-300), (["a": "👩‍👩‍👧‍👦"], 1e21),
        (["a": "nan"], .nan), (["a": "infinity"], .infinity), (["a": "-infinity"], -.infinity),
        (["a": String(repeating: "x", count: 10_000)], 3),
    ]

    private static func snapshot(_ values: [([String: String], Double)]) -> MetricsSnapshot {
        let attributes = values.map { Attributes($0.0.map { (key: $0.key, value: .string($0.value)) }) }
        let points = values.enumerated().map { NumberPoint(series: $0, value: .double($1.1)) }
        let histogram = HistogramPoint(series: 0, counts: [1, 2, 3], sum: 12.75)
        let big = NumberPoint(series: 0, value: .int(9_007_199_254_740_991))
        let metrics: [(MetricDescriptor, [Attributes], MetricSnapshot.Points)] = [
            (MetricDescriptor("gauge", .gauge, unit: "s", "A gauge."), attributes, .numbers(points)),
            (
                MetricDescriptor("duration", .histogram(bounds: [0.005, 1]), unit: "s", "A histogram."),
                [.empty], .histograms([histogram])
            ),
            (MetricDescriptor("big", .counter, unit: "{thing}", "A counter."), [.empty], .numbers([big])),
        ]
        return MetricsSnapshot(
            time: 0,
            metrics: metrics.enumerated().map {
                MetricSnapshot(
                    descriptor: $1.0, instrument: $0, startTime: 0, seriesAttributes: $1.1, points: $1.2)
            })
    }
}
