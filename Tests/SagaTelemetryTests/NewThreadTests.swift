import SagaTelemetry
import Testing

/// A thread that has not recorded anything yet has no memory of its own: what it counts first must make that memory, and be
/// in it.
struct NewThreadTests {
    private let registry = MetricRegistry()

    @Test(arguments: [1, 5, .max / 4_096])
    func theFirstMeasurementOfAThreadCounts(amount: Int) async {
        let counter = registry.counter(MetricDescriptor("test.things", .counter, unit: "{thing}", "Things."))
        for _ in 0..<64 { await onNewThreads(4) { counter.add(amount) } }
        #expect(registry.snapshot().numbers("test.things")[""] == .int(Int64(256 * amount)))
    }

    @Test func theFirstMeasurementOfAHistogramCounts() async {
        var options = MetricOptions()
        options.views = [MetricView(.name("test.exponential"), aggregation: .exponential())]
        let registry = MetricRegistry(options: options)
        let explicit = registry.histogram(
            MetricDescriptor("test.explicit", .histogram(bounds: [1]), unit: "s", "H."))
        let exponential = registry.histogram(
            MetricDescriptor("test.exponential", .histogram(bounds: [1]), unit: "s", "H."))
        for _ in 0..<16 {
            await onNewThreads(4) {
                explicit.record(0)
                exponential.record(2)
            }
        }
        let snapshot = registry.snapshot()
        #expect(snapshot.histograms("test.explicit")[""]?.counts == [64, 0])
        #expect(snapshot.exponential("test.exponential")[""]?.count == 64)
    }
}
