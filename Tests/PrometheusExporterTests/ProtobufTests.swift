import SagaTelemetry
import TestSupport
import Testing

@testable import PrometheusExporter

@Suite("Protobuf")
struct ProtobufTests {
    private func read(_ snapshot: MetricsSnapshot, resource: Resource = noResource) async throws -> ParsedExposition {
        try await ParsedExposition.read(page(snapshot, as: .protobuf, resource: resource), as: .protobuf)
    }

    private let histogram = MetricDescriptor("h", .histogram(bounds: [0.1, 2]), unit: "s", "A histogram.")

    @Test("A counter, a gauge, a classic histogram and the resource")
    func wholePage() async throws {
        let read = try await read(
            snapshot(
                metric(0, counter("io", unit: "By", "Bytes."), (["a": "b"], .int(7)), (["a": "c"], .double(0.1))),
                metric(1, gauge("g", unit: "", "A gauge."), ([:], .double(-.infinity))),
                metric(2, histogram, ([:], counts: [1, 0, 2], sum: 40.5))),
            resource: Resource(["service.name": "shop"]))
        #expect(read.families.map(\.name) == ["g", "h_seconds", "io_bytes_total", "target_info"])
        #expect(read.families.map(\.type) == ["gauge", "histogram", "counter", "gauge"])
        #expect(read.families.map(\.unit) == ["", "seconds", "bytes", ""])
        #expect(read["io_bytes_total"]?.help == "Bytes.")
        #expect(read.sample("io_bytes_total", ["a": "c"])?.value == 0.1)
        #expect(read.sample("io_bytes_total", ["a": "b", "otel_scope_name": "test"])?.value == 7)
        #expect(read.sample("g")?.value == ExactNumber(-.infinity))
        #expect(read.sample("h_seconds_bucket", ["le": "2.0"])?.value == 1)
        #expect(read.sample("h_seconds_count")?.value == 3 && read.sample("h_seconds_sum")?.value == 40.5)
        #expect(read.sample("target_info", ["service_name": "shop"])?.value == 1)
    }

    @Test("A native histogram, bucket by bucket, with its exemplars")
    func native() async throws {
        let point = ExponentialHistogramPoint(
            series: 0, sum: 3, zeroCount: 2, zeroThreshold: 1e-9, scale: 3,
            positive: .init(offset: -4, counts: [1, 0, 0, 0, 3, 0, 5]), negative: .init(offset: 70, counts: [9]))
        let read = try await read(
            snapshot(exponential(0, histogram, [["n": 1]], point, exemplars: [exemplar(0, 1), exemplar(0, 2)])))
        let native = try #require(read.sample("h_seconds_count", ["n": "1"])?.native)
        #expect(native.schema == 3 && native.zeroCount == 2 && native.zeroThreshold == 1e-9)
        #expect(native.positive == ["-3": 1, "1": 3, "3": 5] && native.negative == ["71": 9])
        #expect(native.exemplars.map(\.value) == [1, 2])
        #expect(read.sample("h_seconds_bucket", ["le": "+Inf"])?.exemplar?.value == 2)
    }

    @Test("An empty one is native all the same")
    func emptyNative() async throws {
        let read = try await read(
            snapshot(exponential(0, histogram, [[:]], ExponentialHistogramPoint(series: 0, sum: 0, scale: 20))))
        let native = try #require(read.sample("h_seconds_count")?.native)
        #expect(native.schema == 8 && native.zeroThreshold == 1e-128 && native.positive.isEmpty)
    }

    @Test("Too coarse a scale, a bucket out of reach and deltas are left out and counted")
    func leftOut() {
        let coarse = ExponentialHistogramPoint(series: 0, sum: 1, scale: -5, positive: .init(offset: 0, counts: [1]))
        let far = ExponentialHistogramPoint(
            series: 1, sum: 1, scale: 8, positive: .init(offset: .max, counts: [1]))
        let fine = ExponentialHistogramPoint(series: 2, sum: 1, scale: -4, positive: .init(offset: -1, counts: [1]))
        let delta = MetricSnapshot(
            descriptor: counter("c"), instrument: 1, temporality: .delta, startTime: 0, seriesAttributes: [[:]],
            points: .numbers([NumberPoint(series: 0, value: .int(1))]))
        var renderer = PrometheusRenderer(format: .protobuf, scope: scope)
        var bytes: [UInt8] = []
        let summary = renderer.render(
            snapshot(exponential(0, histogram, [["n": 0], ["n": 1], ["n": 2]], coarse, far, fine), delta),
            resource: noResource, to: &bytes)
        #expect(summary == PrometheusPageSummary(families: 1, points: 1, droppedMetrics: 1, droppedPoints: 3))
    }

    /// Against the definition: bucket `i` of scale `s` holds what is in `(2^(i·2^-s), 2^((i+1)·2^-s)]`, so a bucket of a
    /// coarser scale holds the buckets whose bounds lie within its own.
    @Test("Finer scales are merged exactly", arguments: 0..<50)
    func downscale(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        let halvings = Int.random(in: 0...12, using: &generator)
        let counts = (0..<Int.random(in: 0...160, using: &generator)).map { _ in
            Bool.random(using: &generator) ? 0 : UInt64.random(in: 0...1000, using: &generator)
        }
        let offset = Int32.random(in: -100_000...100_000, using: &generator)
        let native = try #require(NativeBuckets(.init(offset: offset, counts: counts), halvings: halvings))

        var expected: [Int: UInt64] = [:]
        for (position, count) in counts.enumerated() where count > 0 {
            let exact = Double(Int(offset) + position) / Double(1 << halvings)
            expected[Int(exact.rounded(.down)) + 1, default: 0] += count
        }
        var actual: [Int: UInt64] = [:]
        var (index, count, next) = (0, Int64(0), 0)
        for span in native.spans {
            index += Int(span.offset)
            for _ in 0..<span.length {
                count += native.deltas[next]
                next += 1
                if count > 0 { actual[index] = UInt64(count) }
                index += 1
            }
        }
        #expect(actual == expected && next == native.deltas.count)
    }

    @Test("A NUL is replaced, not the end")
    func nul() async throws {
        let read = try await read(snapshot(metric(0, counter("c"), (["a": "x\0y"], .int(1)))))
        #expect(read.sample("c_total")?.labels["a"] == "x\u{FFFD}y")
    }
}
