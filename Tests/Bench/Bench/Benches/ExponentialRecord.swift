import CFloor
import Foundation
import SagaTelemetry

/// Recording into one bound exponential histogram, from one thread or from several at once: the values of ``HistogramRecord``.
final class ExponentialRecord: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "C log2, cells per thread"
    let operations = 1 << 18
    let passes = 8
    private let threads: Int
    private let values: [Double]
    private let registry: MetricRegistry
    private let histogram: BoundHistogram
    private var recorded = 0

    init(threads: Int) {
        self.threads = threads
        var options = MetricOptions()
        options.defaultHistogram = .exponential
        registry = MetricRegistry(options: options)
        histogram = registry.histogram(
            MetricDescriptor("bench.duration", .histogram(bounds: []), unit: "s", "Durations."))
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
        guard case .exponential(let points) = registry.snapshot().metrics.first?.points, points.count == 1
        else { throw BrokenInvariant(description: "the histogram is not one exponential series") }
        try require(points[0].count == recorded, "\(recorded) measurements give a count of \(points[0].count)")
        try require(points[0].positive.counts.count > 80, "\(points[0].positive.counts.count) buckets for 16 octaves")
    }

    func referencePass(_ meter: inout Meter) async throws {
        let values = values
        meter.measure(threads: threads) { _ = floor_exponential_record(values, UInt64(values.count)) }
    }
}
