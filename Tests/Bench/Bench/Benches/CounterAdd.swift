import CFloor
import SagaTelemetry

/// Adding 1 to one bound counter, from one thread or from several at once.
final class CounterAdd: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "C cell per thread"
    let operations = 5_000_000
    let passes = 1
    private let threads: Int
    private let registry = MetricRegistry()
    private let counter: BoundCounter
    private var added = 0

    init(threads: Int) {
        self.threads = threads
        counter = registry.counter(MetricDescriptor("bench.additions", .counter, unit: "{addition}", "Additions."))
    }

    func pass(_ meter: inout Meter) async throws {
        let counter = counter
        let operations = operations
        meter.measure(threads: threads) {
            for _ in 0..<operations { counter.add() }
        }
        added += threads * operations
        guard case .numbers(let points) = registry.snapshot().metrics.first?.points, points.count == 1
        else { throw BrokenInvariant(description: "the counter is not one series") }
        try require(points[0].value == .int(Int64(added)), "\(added) additions give \(points[0].value)")
    }

    func referencePass(_ meter: inout Meter) async throws {
        let operations = UInt64(operations)
        meter.measure(threads: threads) { _ = floor_counter_add(operations) }
    }
}
