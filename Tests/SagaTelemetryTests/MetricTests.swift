import SagaTelemetry
import Testing

struct MetricTests {
    private let registry = MetricRegistry()
    private let counts = MetricDescriptor("test.things", .counter, unit: "{thing}", "Things.")

    @Test func sumsWhatAllThreadsCounted() async {
        let counter = registry.counter(counts, ["kind": "a"])
        let open = registry.upDownCounter(MetricDescriptor("test.open", .upDownCounter, unit: "1", "Open."))
        let seconds = registry.histogram(
            MetricDescriptor("test.seconds", .histogram(bounds: [1, 2, 4]), unit: "s", "Seconds."))
        // Threads that come and go: their blocks are adopted, and nothing they counted is lost.
        for _ in 0..<20 {
            await onNewThreads(8) {
                for _ in 0..<1000 {
                    counter.add()
                    open.add(3)
                    open.subtract(2)
                    seconds.record(1.5)
                }
            }
        }
        #expect(numbers("test.things")["kind=a"] == .int(160_000))
        #expect(numbers("test.open")[""] == .int(160_000))
        let histogram = histograms("test.seconds")[""]
        #expect(histogram?.counts == [0, 160_000, 0, 0])
        #expect(histogram?.sum == 240_000)
    }

    @Test(arguments: [
        (-1.0, 0), (0, 0), (0.5, 0), (1, 0), (1.0000001, 1), (2, 1), (3, 2), (4, 2), (4.1, 3), (.infinity, 3),
        (-.infinity, 0),
    ])
    func bucketsIncludeTheirUpperBound(value: Double, bucket: Int) {
        let histogram = registry.histogram(
            MetricDescriptor("test.h", .histogram(bounds: [1, 2, 4]), unit: "s", "H."))
        histogram.record(value)
        let point = histograms("test.h")[""]
        #expect(point?.counts[bucket] == 1 && point?.count == 1)
    }

    @Test func theBucketIsRightForEveryNumberOfBounds() {
        for count in 0..<40 {
            let registry = MetricRegistry()
            let bounds = (0..<count).map { Double($0) }
            let histogram = registry.histogram(
                MetricDescriptor("test.h", .histogram(bounds: bounds), unit: "s", "H."))
            var expected = [UInt64](repeating: 0, count: count + 1)
            for half in -2..<(2 * count + 2) {
                let value = Double(half) / 2
                histogram.record(value)
                expected[bounds.firstIndex { value <= $0 } ?? count] += 1
            }
            guard case .histograms(let points) = registry.snapshot().metrics[0].points else { continue }
            #expect(points[0].counts == expected)
        }
    }

    @Test func notANumberIsCountedAndSpoilsNoSum() {
        let histogram = registry.histogram(
            MetricDescriptor("test.h", .histogram(bounds: [1]), unit: "s", "H."))
        histogram.record(.nan)
        histogram.record(0.5)
        #expect(histograms("test.h")[""]?.counts == [1, 1])
        #expect(histograms("test.h")[""]?.sum == 0.5)
    }

    @Test func infinitiesAreCountedAndSpoilNeitherSumNorExtremes() {
        let histogram = registry.histogram(
            MetricDescriptor("test.h", .histogram(bounds: [1]), unit: "s", "H."))
        for value in [.infinity, -.infinity, 0.5, 3, .nan] { histogram.record(value) }
        let point = histograms("test.h")[""]
        #expect(point?.counts == [2, 3])
        #expect(point?.sum == 3.5 && point?.min == 0.5 && point?.max == 3)
    }

    @Test func theExtremesAreThoseOfAllThreads() async {
        let histogram = registry.histogram(
            MetricDescriptor("test.h", .histogram(bounds: [1]), unit: "s", "H."))
        #expect(histograms("test.h")[""]?.min == nil && histograms("test.h")[""]?.max == nil)
        await onNewThreads(4) { for value in [-2.0, 0, 7.5] { histogram.record(value) } }
        histogram.record(0)
        #expect(histograms("test.h")[""]?.min == -2 && histograms("test.h")[""]?.max == 7.5)
    }

    @Test func aCounterNeverFalls() {
        let before = IgnoredMeasurements.negative.count
        let counter = registry.counter(counts)
        counter.add(5)
        counter.add(-3)
        #expect(IgnoredMeasurements.negative.count > before)
        counter.add(0)
        #expect(numbers("test.things")[""] == .int(5))
    }

    @Test func theOrderOfAttributesMakesNoSecondSeries() {
        registry.counter(counts, ["a": "1", "b": "2"]).add()
        registry.counter(counts, ["b": "2", "a": "1"]).add()
        #expect(numbers("test.things") == ["a=1,b=2": .int(2)])
    }

    @Test func aGaugeThatWasNeverSetIsNoZero() {
        let gauge = registry.gauge(MetricDescriptor("test.level", .gauge, unit: "1", "Level."))
        #expect(numbers("test.level").isEmpty)
        gauge.set(-2.5)
        gauge.set(1.25)
        #expect(numbers("test.level")[""] == .double(1.25))
    }

    /// An instrument that does not fit its descriptor measures into nothing, and into nobody else's cells.
    @Test func aMisfitSpoilsNobody() {
        let before = registry.counter(counts)
        let misfit = registry.histogram(counts)
        let after = registry.counter(MetricDescriptor("test.after", .counter, unit: "1", "After."))
        let wrong = registry.counter(MetricDescriptor("test.h", .histogram(bounds: [1]), unit: "s", "H."))
        for _ in 0..<10 {
            before.add()
            misfit.record(1e9)
            after.add()
            wrong.add()
        }
        #expect(numbers("test.things") == ["": .int(10)])
        #expect(numbers("test.after") == ["": .int(10)])
    }

    @Test func observesWhenSomebodyLooks() {
        let descriptor = MetricDescriptor("test.seen", .gauge, unit: "1", "Seen.")
        let first = registry.observe(descriptor) { $0.observe(1.5, ["a": "x"]) }
        registry.observe(descriptor) { $0.observe(7, ["a": "y"]) }
        #expect(numbers("test.seen") == ["a=x": .double(1.5), "a=y": .int(7)])
        first.cancel()
        #expect(numbers("test.seen") == ["a=y": .int(7)])
    }

    @Test func theCatalogueNamesEachMetricOnce() {
        let names = MetricCatalogue.all.map(\.name)
        #expect(Set(names).count == names.count)
        for metric in MetricCatalogue.all {
            #expect(metric.name.allSatisfy { $0.isLowercase || $0 == "." || $0 == "_" }, "\(metric.name)")
            #expect(!metric.name.contains("total") && !metric.description.isEmpty && !metric.unit.isEmpty)
            #expect(metric.bounds == metric.bounds.sorted())
        }
    }

    private func numbers(_ name: String) -> [String: NumberPoint.Value] { registry.snapshot().numbers(name) }
    private func histograms(_ name: String) -> [String: HistogramPoint] { registry.snapshot().histograms(name) }
}
