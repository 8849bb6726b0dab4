import SagaTelemetry
import TestSupport
import Testing

/// A measurement between the extremes so far goes another way than one that moves them: both must give what a plain count of
/// the values gives.
struct HistogramExtremesTests {
    private static let bounds = [-4.0, -1e-300, -0.0, .leastNonzeroMagnitude, 1, 2.5, .greatestFiniteMagnitude]
    private static let special: [Double] = [
        0, -0.0, 1, -1, -4, 2.5, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, -1e-300, .leastNormalMagnitude,
        .greatestFiniteMagnitude / 64, -.greatestFiniteMagnitude / 64, .infinity, -.infinity, .nan, -.nan,
    ]

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func countsAsALoopOverTheValuesDoes(seed: UInt64) {
        var random = SplitMix(state: seed)
        let values = (0..<60).map { _ in
            Bool.random(using: &random)
                ? Self.special.randomElement(using: &random) ?? 0 : Double.random(in: -5...5, using: &random)
        }
        let registry = MetricRegistry()
        let histogram = registry.histogram(
            MetricDescriptor("test.h", .histogram(bounds: Self.bounds), unit: "s", "H."))
        for value in values { histogram.record(value) }

        var counts = [UInt64](repeating: 0, count: Self.bounds.count + 1)
        for value in values { counts[Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count] += 1 }
        let finite = values.filter(\.isFinite)
        let point = registry.snapshot().histograms("test.h")[""]
        #expect(point?.counts == counts)
        #expect(point?.sum == finite.reduce(0, +))
        #expect(point?.min == finite.min() && point?.max == finite.max())
    }

    /// Thread by thread, since each knows its own extremes only.
    @Test func everyThreadMovesTheExtremesItself() async {
        let registry = MetricRegistry()
        let histogram = registry.histogram(
            MetricDescriptor("test.h", .histogram(bounds: [1]), unit: "s", "H."))
        for step in 1...8 {
            await onNewThreads(2) { for value in [Double(step), 1 / Double(step), 1] { histogram.record(value) } }
        }
        let point = registry.snapshot().histograms("test.h")[""]
        #expect(point?.count == 48)
        #expect(point?.min == 0.125 && point?.max == 8)
    }
}
