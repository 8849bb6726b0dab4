import Foundation
import PrometheusExporter
import SagaTelemetry
import TestSupport
import Testing

@Suite("Out of a real registry")
struct RegistryTests {
    private let seconds = MetricDescriptor("test.duration", .histogram(bounds: [1, 2]), unit: "s", "Durations.")

    /// Against the definition: a value `v` is in bucket `ceil(log2(v) · 2^schema)`.
    @Test("Measurements arrive in the buckets of a native histogram", arguments: [1.0000001, 1.1, 1e6, 1e300])
    func native(spread: Double) async throws {
        var options = MetricOptions()
        options.defaultHistogram = .exponential
        let registry = MetricRegistry(options: options)
        let histogram = registry.histogram(seconds, ["a": "b"])
        var generator = SplitMix(state: 7)
        var expected: [Double] = []
        for _ in 0..<1000 {
            let value = exp2(Double.random(in: -log2(spread)...log2(spread), using: &generator))
            expected.append(value)
            histogram.record(value)
        }
        histogram.record(0)
        let bytes = page(registry.snapshot(), as: .protobuf)
        let count = try await ParsedExposition.read(bytes, as: .protobuf).sample("test_duration_seconds_count")
        let native = try #require(count?.native)
        #expect(count?.value == 1001 && native.zeroCount == 1)
        let scale = exp2(Double(native.schema))
        let buckets = Dictionary(grouping: expected) { "\(Int((log2($0) * scale).rounded(.up)))" }
        #expect(native.positive == buckets.mapValues { UInt64($0.count) })
        // The finest schema that there is, unless the values are too many buckets apart.
        if spread <= 2 { #expect(native.schema == 8) } else { #expect(native.schema < 8) }
    }

    @Test("A measurement under a sampled span is an exemplar of its counter and its bucket")
    func exemplars() async throws {
        let registry = MetricRegistry()
        let context = TraceContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), flags: 1)
        TraceContext.$current.withValue(context) {
            registry.counter(counter("test.orders"), ["a": "b"]).add(5)
            registry.histogram(seconds, ["a": "b"]).record(1.5)
        }
        for (format, syntax) in allFormats where syntax != .text && format.escaping == .underscores {
            let read = try await ParsedExposition.read(page(registry.snapshot(), as: format), as: syntax)
            let ids = ["trace_id": "00000000000000010000000000000002", "span_id": "0000000000000003"]
            #expect(read.sample("test_orders_total")?.exemplar?.labels == ids)
            let bucket = read.sample("test_duration_seconds_bucket", ["le": "2.0"])
            #expect(bucket?.exemplar?.labels == ids && bucket?.exemplar?.value == 1.5)
            #expect(read.samples.count { $0.exemplar != nil } == 2)
        }
    }
}
