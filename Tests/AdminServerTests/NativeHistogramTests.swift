import PrometheusExporter
import SagaTelemetry
import Synchronization
import TestSupport
import Testing

/// A real Prometheus scrapes the admin server, negotiates on its own, and is asked what it took.
@Suite("Native histograms and exemplars in a real Prometheus")
struct NativeHistogramTests {
    /// Values around 1.5 and 3 with 100 observations each: buckets of schema 3 after merging 64 into one.
    private static let point = ExponentialHistogramPoint(
        series: 0, sum: 450, zeroCount: 1, scale: 9,
        positive: .init(offset: 299, counts: [100] + [UInt64](repeating: 0, count: 511) + [100]),
        negative: .init(offset: -1, counts: [2]))

    private static func snapshot() -> MetricsSnapshot {
        let now = MetricRegistry().snapshot().time
        func exemplar(_ value: Double, _ attributes: Attributes = .empty) -> Exemplar {
            Exemplar(
                series: 0, value: .double(value), time: now, traceID: TraceID(high: 0xAB, low: 0xCD),
                spanID: SpanID(0xEF), filteredAttributes: attributes)
        }
        func metric(
            _ number: Int, _ name: String, _ kind: MetricDescriptor.Kind, _ points: MetricSnapshot.Points,
            _ exemplars: [Exemplar]
        ) -> MetricSnapshot {
            MetricSnapshot(
                descriptor: MetricDescriptor(name, kind, unit: "", "\(name)."), instrument: number, startTime: now,
                seriesAttributes: [["saga.name": "checkout"]], points: points, exemplars: exemplars)
        }
        return MetricsSnapshot(
            time: now,
            metrics: [
                metric(0, "native", .histogram(bounds: []), .exponential([point]), [exemplar(3)]),
                metric(
                    1, "classic", .histogram(bounds: [1, 2]),
                    .histograms([HistogramPoint(series: 0, counts: [1, 2, 3], sum: 12)]),
                    [exemplar(1.5, ["user \"x\"\\\n": "a \"quoted\"\\\nvalue"])]),
                metric(2, "orders", .counter, .numbers([NumberPoint(series: 0, value: .int(7))]), [exemplar(1)]),
            ])
    }

    /// Runs `body` against a Prometheus that scrapes the page.
    private func scraped(
        features: [String], _ body: @Sendable (PrometheusServer, Recorded) async throws -> Void
    ) async throws {
        let page = PrometheusPage(resource: Resource(["service.name": "shop", "host.name": "one"]))
        let snapshot = Self.snapshot()
        let types = Recorded()
        let served = Served(metrics: { accept in
            let answer = page.answer(snapshot, accept: accept)
            types.values.withLock { _ = $0.insert(answer.contentType) }
            return answer
        })
        let prometheus = try Tool("prometheus")
        try await withServer(served) { port in
            try await withTemporaryDirectory { directory in
                let server = try PrometheusServer(prometheus, scraping: port, features: features, in: directory)
                do {
                    try await server.expect("up", [:], 1)
                    try await body(server, types)
                } catch {
                    Issue.record("prometheus said: \(server.errors)")
                    await server.stop()
                    throw error
                }
                await server.stop()
            }
        }
    }

    @Test("By protobuf: counts, quantiles, exemplars, and the resource joined")
    func protobuf() async throws {
        try await scraped(features: ["native-histograms", "exemplar-storage"]) { server, types in
            #expect(types.values.withLock { $0 } == [PrometheusFormat.protobuf.contentType])
            func value(_ expression: String) async throws -> Double { try await server.first(expression).value }
            #expect(try await value("histogram_count(native)") == 203)
            #expect(try await value("histogram_sum(native)") == 450)
            // Bucket 299 of scale 9 ends at 2^(300/512) = 1.50; of schema 8, which its neighbours share, it begins at 2^(149/256).
            let quarter = try await value("histogram_quantile(0.25, native)")
            #expect(quarter > 1.496 && quarter <= 1.502)
            let threeQuarters = try await value("histogram_quantile(0.75, native)")
            #expect(threeQuarters > 2.993 && threeQuarters <= 3.003)
            #expect(try await value("histogram_quantile(0, native)") < 0)
            #expect(try await value("classic_bucket{le=\"2.0\"} or classic_bucket{le=\"2\"}") == 3)

            let joined = try await server.first(
                "orders_total * on (job, instance) group_left (service_name, host_name) target_info")
            #expect(joined.value == 7)
            #expect(joined.labels["service_name"] == "shop" && joined.labels["saga_name"] == "checkout")
            for (selector, expected) in [("native", "3"), ("classic_bucket", "1.5"), ("orders_total", "1")] {
                try await expectExemplar(server, selector, expected)
            }
        }
    }

    @Test("By OpenMetrics: exemplars, and what the text knows of a native histogram")
    func openMetrics() async throws {
        try await scraped(features: ["exemplar-storage"]) { server, types in
            #expect(types.values.withLock { $0 } == [PrometheusFormat.openMetrics.contentType])
            try await server.expect("native_bucket", ["le": "+Inf"], 203)
            try await server.expect("classic_bucket", ["le": "2.0"], 3)
            try await server.expect("target_info", ["service_name": "shop"], 1)
            for (selector, expected) in [("classic_bucket", "1.5"), ("orders_total", "1")] {
                try await expectExemplar(server, selector, expected)
            }
        }
    }

    private func expectExemplar(_ server: PrometheusServer, _ selector: String, _ value: String) async throws {
        let found = try await eventually("an exemplar of \(selector)") {
            try await server.exemplars(selector).first { !$0.exemplars.isEmpty }
        }
        let exemplar = try #require(found.exemplars.first)
        #expect(exemplar.value == value && found.seriesLabels["saga_name"] == "checkout")
        #expect(exemplar.labels["trace_id"] == "00000000000000ab00000000000000cd")
        #expect(exemplar.labels["span_id"] == "00000000000000ef")
        if selector == "classic_bucket" {
            #expect(found.seriesLabels["le"].map { $0.hasPrefix("2") } == true)
            // Prometheus 2 keeps the escapes in an exemplar of OpenMetrics, and of nothing else.
            let spellings = ["a \"quoted\"\\\nvalue", #"a \"quoted\"\\\nvalue"#]
            #expect(exemplar.labels["user_x_"].map(spellings.contains) == true)
        }
    }
}

private final class Recorded: Sendable {
    let values = Mutex<Set<String>>([])
}
