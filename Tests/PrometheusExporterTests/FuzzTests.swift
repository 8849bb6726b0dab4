import PrometheusExporter
import SagaTelemetry
import TestSupport
import Testing

/// Random snapshots in every format, read back by the official parsers: every value is the very value.
@Suite("Fuzz")
struct FuzzTests {
    @Test(arguments: 0..<8)
    func readBack(seed: UInt64) async throws {
        var random = RandomSnapshot(seed: seed)
        let snapshot = random.next()
        for (format, syntax) in allFormats {
            var renderer = PrometheusRenderer(format: format, scope: scope)
            var bytes: [UInt8] = []
            let summary = renderer.render(snapshot, resource: noResource, to: &bytes)
            #expect(renderer.conflicts.isEmpty)
            #expect(summary.points + summary.droppedPoints == snapshot.pointCount)
            let read = try await ParsedExposition.read(bytes, as: syntax)
            var shown = 0
            for metric in snapshot.metrics {
                shown += expect(metric, in: read, syntax, "seed \(seed), \(format.contentType)")
            }
            #expect(shown == summary.points)
        }
    }

    /// - Returns: how many points of `metric` are on the page.
    private func expect(
        _ metric: MetricSnapshot, in read: ParsedExposition, _ syntax: ParsedExposition.Syntax, _ context: Comment
    ) -> Int {
        let own = read.samples.filter { $0.labels["instrument"] == "\(metric.instrument)" }
        let bySeries = Dictionary(grouping: own) { $0.labels["n"] ?? "" }
        var shown = 0
        switch metric.points {
        case .numbers(let points):
            for point in points {
                let value =
                    switch point.value {
                    case .int(let value): Double(value)
                    case .double(let value): value
                    }
                let isForbidden = syntax == .openmetrics && metric.descriptor.kind == .counter && !(value >= 0)
                let found = bySeries["\(point.series)"]?.map(\.value) ?? []
                #expect(found == (isForbidden ? [] : [ExactNumber(value)]), context)
                shown += isForbidden ? 0 : 1
            }
        case .histograms(let points):
            for point in points {
                let samples = bySeries["\(point.series)"] ?? []
                let buckets = samples.filter { $0.labels["le"] != nil }
                var total = 0.0
                #expect(buckets.count == point.counts.count, context)
                for (bucket, count) in zip(buckets, point.counts) {
                    total += Double(count)
                    #expect(bucket.value.value == total, context)
                }
                expectSum(point.sum, samples, isNegative: metric.descriptor.bounds.contains { $0 < 0 }, syntax, context)
            }
            shown = points.count
        case .exponential(let points):
            for point in points {
                let samples = bySeries["\(point.series)"] ?? []
                #expect(samples.first { $0.labels["le"] == "+Inf" }?.value.value == Double(point.count), context)
                expectSum(point.sum, samples, isNegative: !point.negative.counts.isEmpty, syntax, context)
                guard syntax == .protobuf else { continue }
                let native = samples.compactMap(\.native).first
                let total = (native?.positive.values.reduce(0, +) ?? 0) + (native?.negative.values.reduce(0, +) ?? 0)
                #expect(total + (native?.zeroCount ?? 0) == point.count, context)
            }
            shown = points.count
        }
        return shown
    }

    private func expectSum(
        _ sum: Double, _ samples: [ParsedExposition.Sample], isNegative: Bool, _ syntax: ParsedExposition.Syntax,
        _ context: Comment
    ) {
        let isForbidden = syntax == .openmetrics && (isNegative || !(sum >= 0))
        let found = samples.filter { $0.name.hasSuffix("_sum") }.map(\.value)
        #expect(found == (isForbidden ? [] : [ExactNumber(sum)]), context)
    }
}

/// Snapshots that a registry might have, and values that it had better not.
struct RandomSnapshot {
    private var generator: SplitMix

    init(seed: UInt64) { generator = SplitMix(state: seed) }

    mutating func next() -> MetricsSnapshot {
        MetricsSnapshot(
            time: 0, metrics: (0..<Int.random(in: 1...12, using: &generator)).map { instrument($0) })
    }

    private mutating func instrument(_ number: Int) -> MetricSnapshot {
        let count = Int.random(in: 0...12, using: &generator)
        let attributes = (0..<count).map { series in
            Attributes([
                (key: "instrument", value: .int(Int64(number))), (key: "n", value: .int(Int64(series))),
                (key: pick(["a.b", "größe", "le", "", "x y"]), value: .string(pick(PromtoolTests.hostile))),
            ])
        }
        var bounds = Set((0..<Int.random(in: 0...8, using: &generator)).map { _ in finite() }).sorted()
        let kind = pick([0, 1, 2, 3, 4])
        if kind == 3, Bool.random(using: &generator) { bounds = bounds.map(\.magnitude).sorted() }
        bounds = Array(Set(bounds)).sorted()
        let points: MetricSnapshot.Points =
            switch kind {
            case 3: .histograms((0..<count).map { histogram($0, bounds.count + 1) })
            case 4: .exponential((0..<count).map { exponential($0) })
            default: .numbers((0..<count).map { NumberPoint(series: $0, value: value()) })
            }
        let kinds: [MetricDescriptor.Kind] = [
            .counter, .upDownCounter, .gauge, .histogram(bounds: bounds), .histogram(bounds: []),
        ]
        return MetricSnapshot(
            descriptor: MetricDescriptor(
                "m.\(pick(["x", "größe", "a b"]))\(number)", kinds[kind], unit: pick(["", "s", "1", "By/s", "{run}"]),
                pick(PromtoolTests.hostile)),
            instrument: number, startTime: startTime, seriesAttributes: attributes, points: points)
    }

    private mutating func value() -> NumberPoint.Value {
        Bool.random(using: &generator) ? .int(Int64(bitPattern: generator.next())) : .double(any())
    }

    private mutating func any() -> Double {
        pick([.nan, .infinity, -.infinity, 0, -0.0, finite(), finite(), finite()])
    }

    private mutating func finite() -> Double {
        let value = Double(bitPattern: generator.next())
        return value.isFinite ? value : Double.random(in: -10...10, using: &generator)
    }

    private mutating func histogram(_ series: Int, _ buckets: Int) -> HistogramPoint {
        HistogramPoint(series: series, counts: counts(buckets), sum: any())
    }

    private mutating func exponential(_ series: Int) -> ExponentialHistogramPoint {
        ExponentialHistogramPoint(
            series: series, sum: any(), zeroCount: UInt64.random(in: 0...9, using: &generator),
            scale: Int32.random(in: -4...20, using: &generator), positive: side(), negative: side())
    }

    private mutating func side() -> ExponentialHistogramPoint.Buckets {
        .init(
            offset: Int32.random(in: -2_000_000...2_000_000, using: &generator),
            counts: counts(Int.random(in: 0...20, using: &generator)))
    }

    /// Small enough that their sums are exact as doubles.
    private mutating func counts(_ count: Int) -> [UInt64] {
        (0..<count).map { _ in Bool.random(using: &generator) ? 0 : UInt64.random(in: 0...(1 << 40), using: &generator)
        }
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &generator)]
    }
}
