import CoreMetrics
import SagaTelemetry

/// Incrementing one `Counter` of swift-metrics by 1, from one thread or from several, against the same calls of a backend
/// that does nothing.
final class MetricsCounter: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "NOOPMetricsHandler"
    let operations = 5_000_000
    let passes = 1
    private let threads: Int
    private let registry = MetricRegistry()
    private let counter: Counter
    private let reference = Counter(label: "bench.increments", factory: NOOPMetricsHandler.instance)
    private var added = 0

    init(threads: Int) {
        self.threads = threads
        counter = Counter(label: "bench.increments", factory: SagascopeMetricsFactory(registry: registry))
    }

    func pass(_ meter: inout Meter) async throws {
        increment(counter, &meter)
        added += threads * operations
        guard case .numbers(let points) = registry.snapshot().metrics.first?.points, points.count == 1
        else { throw BrokenInvariant(description: "the counter is not one series") }
        try require(points[0].value == .int(Int64(added)), "\(added) increments give \(points[0].value)")
    }

    func referencePass(_ meter: inout Meter) async throws { increment(reference, &meter) }

    private func increment(_ counter: Counter, _ meter: inout Meter) {
        let operations = operations
        meter.measure(threads: threads) {
            for _ in 0..<operations { counter.increment() }
        }
    }
}
