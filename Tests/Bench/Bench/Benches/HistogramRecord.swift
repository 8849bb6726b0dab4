import CFloor
import Foundation
import SagaTelemetry

/// Recording into one bound histogram with 15 bounds, from one thread or from several at once.
///
/// As many different values as no branch predictor learns, evenly spread over the buckets.
final class HistogramRecord: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "C cells per thread"
    let operations = 1 << 18
    let passes = 8
    private let threads: Int
    private let bounds: [Double]
    private let values: [Double]
    private let registry = MetricRegistry()
    private let histogram: BoundHistogram
    private var recorded = 0

    init(threads: Int) {
        self.threads = threads
        let bounds = (0..<Int(FLOOR_HISTOGRAM_BOUNDS)).map { 1e-4 * pow(2, Double($0)) }
        self.bounds = bounds
        histogram = registry.histogram(
            MetricDescriptor("bench.duration", .histogram(bounds: bounds), unit: "s", "Durations."))
        var generator = SplitMix(seed: 15)
        values = (0..<operations).map { _ in 0.5e-4 * pow(2, Double.random(in: 0..<16, using: &generator)) }
    }

    func pass(_ meter: inout Meter) async throws {
        let histogram = histogram
        let values = values
        meter.measure(threads: threads) {
            for value in values { histogram.record(value) }
        }
        recorded += threads * operations
        guard case .histograms(let points) = registry.snapshot().metrics.first?.points, points.count == 1
        else { throw BrokenInvariant(description: "the histogram is not one series") }
        try require(points[0].count == recorded, "\(recorded) measurements give a count of \(points[0].count)")
        try require(points[0].counts.allSatisfy { $0 > 0 }, "a bucket is empty: \(points[0].counts)")
    }

    func referencePass(_ meter: inout Meter) async throws {
        let bounds = bounds
        let values = values
        meter.measure(threads: threads) {
            _ = floor_histogram_record(bounds, values, UInt64(values.count))
        }
    }
}
