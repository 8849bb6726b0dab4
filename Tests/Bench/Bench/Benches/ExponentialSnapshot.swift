import CFloor
import Foundation
import SagaTelemetry

/// Reading a registry of 10 exponential histograms with 1,000 series each, every one with 128 buckets.
final class ExponentialSnapshot: Bench {
    let unit = TimeUnit.milliseconds
    let referenceName = "C read of buckets"
    let operations = 1
    let passes = 5
    private let registry: MetricRegistry
    private let cells = [UInt64](repeating: 1, count: 128 * TenThousandSeries.count)
    private var read = [UInt64](repeating: 0, count: 128 * TenThousandSeries.count)

    init() {
        var options = MetricOptions()
        options.defaultHistogram = .exponential
        registry = MetricRegistry(options: options)
        let values = (0..<128).map { 1e-3 * pow(2, (Double($0) + 0.5) / 8) }
        for family in 0..<10 {
            let descriptor = MetricDescriptor(
                "bench.duration\(family)", .histogram(bounds: []), unit: "s", attributes: ["warehouse"], "Durations.")
            for series in 0..<1_000 {
                let histogram = registry.histogram(descriptor, ["warehouse": .string("warehouse-\(series)")])
                for value in values { histogram.record(value) }
            }
        }
    }

    func pass(_ meter: inout Meter) async throws {
        var snapshot = MetricsSnapshot(time: 0, metrics: [])
        meter.measure { snapshot = registry.snapshot() }
        try require(snapshot.pointCount == TenThousandSeries.count, "\(snapshot.pointCount) points")
        guard case .exponential(let points) = snapshot.metrics.last?.points, let last = points.last
        else { throw BrokenInvariant(description: "the last metric is no exponential histogram") }
        try require(last.count == 128 && last.positive.counts.count > 100, "\(last.positive.counts.count) buckets")
    }

    func referencePass(_ meter: inout Meter) async throws {
        meter.measure { floor_cells_read(cells, &read, UInt64(cells.count)) }
        try require(read.last == 1, "the cells were not read")
    }
}
