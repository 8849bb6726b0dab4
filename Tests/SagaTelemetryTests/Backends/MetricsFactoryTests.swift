import CoreMetrics
import SagaTelemetry
import Testing

/// The rules that swift-metrics documents, one by one.
struct MetricsFactoryTests {
    private let registry = MetricRegistry()
    private var factory: SagascopeMetricsFactory { SagascopeMetricsFactory(registry: registry) }

    // MARK: counters

    @Test func aCounterAddsUpWhatEveryThreadCounts() async {
        let counter = Counter(label: "orders", dimensions: [("country", "is")], factory: factory)
        counter.increment()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<10_000 { counter.increment(by: 2) } } }
        }
        #expect(registry.numbers("orders") == ["country=is": .int(160_001)])
    }

    @Test func labelAndDimensionsMakeTheSeriesWhateverTheirOrder() {
        Counter(label: "orders", dimensions: [("a", "1"), ("b", "2")], factory: factory).increment()
        // Another factory of the same registry, as a scope inside the program has it.
        Counter(label: "orders", dimensions: [("b", "2"), ("a", "1")], factory: factory).increment()
        Counter(label: "orders", dimensions: [("b", "2")], factory: factory).increment()
        #expect(registry.numbers("orders") == ["a=1,b=2": .int(2), "b=2": .int(1)])
    }

    @Test func ofTwoDimensionsWithOneNameTheLastStandsAndAnEmptyNameIsLeftOut() {
        Counter(label: "orders", dimensions: [("a", "1"), ("", "x"), ("a", "2")], factory: factory).increment()
        #expect(registry.numbers("orders") == ["a=2": .int(1)])
    }

    @Test func aCounterNeverFallsAndNeverOverflows() {
        let counter = Counter(label: "orders", factory: factory)
        counter.increment(by: 5)
        counter.increment(by: -3)
        counter.increment(by: 0)
        #expect(registry.numbers("orders") == ["": .int(5)])
        counter.increment(by: Int64.max)
        counter.increment(by: Int64.max)
        counter.increment(by: 7)
        #expect(registry.numbers("orders") == ["": .int(.max)])
    }

    @Test func whatIsRefusedIsCounted() {
        let (negative, notFinite) = (IgnoredMeasurements.negative.count, IgnoredMeasurements.notFinite.count)
        Counter(label: "orders", factory: factory).increment(by: -1)
        FloatingPointCounter(label: "kilos", factory: factory).increment(by: -1.5)
        FloatingPointCounter(label: "kilos", factory: factory).increment(by: Double.nan)
        // Other suites may have some ignored meanwhile.
        #expect(IgnoredMeasurements.negative.count >= negative + 2)
        #expect(IgnoredMeasurements.notFinite.count >= notFinite + 1)
    }

    @Test func resetGoesBackToZeroForEveryHolder() {
        let counter = Counter(label: "orders", factory: factory)
        counter.increment(by: 5)
        counter.increment(by: 1 << 50)
        counter.reset()
        #expect(registry.numbers("orders") == ["": .int(0)])
        Counter(label: "orders", factory: factory).increment()
        #expect(registry.numbers("orders") == ["": .int(1)])
    }

    @Test func aFloatingPointCounterKeepsFractions() {
        let counter = FloatingPointCounter(label: "seconds.paid", factory: factory)
        counter.increment(by: 0.25)
        counter.increment(by: 0.5)
        for ignored in [-1, .nan, .infinity, -.infinity, 0] as [Double] { counter.increment(by: ignored) }
        #expect(registry.numbers("seconds.paid") == ["": .double(0.75)])
        counter.reset()
        counter.increment(by: 0.125)
        #expect(registry.numbers("seconds.paid") == ["": .double(0.125)])
    }

    @Test func countersOfBothKindsWithOneLabelAreOneSeries() {
        Counter(label: "paid", factory: factory).increment(by: 2)
        FloatingPointCounter(label: "paid", factory: factory).increment(by: 0.5)
        #expect(registry.numbers("paid") == ["": .double(2.5)])
    }

    // MARK: gauges

    @Test func aGaugeHoldsTheLastValueAndNothingBeforeIt() {
        let gauge = Gauge(label: "temperature", factory: factory)
        #expect(registry.numbers("temperature").isEmpty)
        gauge.record(20)
        gauge.record(21.5)
        #expect(registry.numbers("temperature") == ["": .double(21.5)])
        Recorder(label: "temperature", aggregate: false, factory: factory).record(-3)
        #expect(registry.numbers("temperature") == ["": .double(-3)])
    }

    @Test func aMeterIsSetAndMovedFromEveryThread() async {
        let meter = Meter(label: "open", factory: factory)
        meter.set(10)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 {
                        meter.increment(by: 2.0)
                        meter.decrement()
                    }
                }
            }
        }
        for ignored in [-1, .nan, .infinity, -.infinity, 0] as [Double] {
            meter.increment(by: ignored)
            meter.decrement(by: ignored)
        }
        #expect(registry.numbers("open") == ["": .double(8_010)])
        let unset = Meter(label: "unset", factory: factory)
        unset.decrement(by: 2.5)
        #expect(registry.numbers("unset") == ["": .double(-2.5)])
    }

    @Test func aGaugeThatIsNotANumberIsNotOneThatWasNeverSet() {
        Gauge(label: "ratio", factory: factory).record(Double.nan)
        guard case .double(let value) = registry.numbers("ratio")[""] else {
            Issue.record("no value")
            return
        }
        #expect(value.isNaN)
    }

    // MARK: distributions

    @Test func aRecorderCountsPerBucket() {
        let recorder = Recorder(label: "size", dimensions: [("kind", "a")], factory: factory)
        for size in [3, 30, 30_000] { recorder.record(size) }
        recorder.record(0.5)
        let histogram = registry.histogram("size")
        #expect(histogram?.count == 4 && histogram?.sum == 30_033.5)
    }

    @Test func aTimerIsAHistogramInSecondsWhateverTheDisplayUnit() throws {
        let timer = CoreMetrics.Timer(label: "wait", preferredDisplayUnit: .milliseconds, factory: factory)
        timer.recordMilliseconds(20)
        timer.recordNanoseconds(Int64(80_000_000))
        timer.recordSeconds(2)
        timer.recordNanoseconds(Int64(-5))
        let metric = try #require(registry.snapshot().metrics.first { $0.descriptor.name == "wait" })
        #expect(metric.descriptor.unit == "s")
        let histogram = try #require(registry.histogram("wait"))
        #expect(histogram.count == 3 && abs(histogram.sum - 2.1) < 1e-9)
    }

    // MARK: life

    @Test func aDestroyedInstrumentIsGoneWithItsLastHolder() {
        let first = Counter(label: "sessions", dimensions: [("id", "7")], factory: factory)
        let second = Counter(label: "sessions", dimensions: [("id", "7")], factory: factory)
        let gauge = Gauge(label: "speed", factory: factory)
        first.increment(by: 3)
        gauge.record(1)
        first.destroy()
        gauge.destroy()
        #expect(registry.numbers("sessions") == ["id=7": .int(3)])
        #expect(registry.numbers("speed").isEmpty)
        second.destroy()
        #expect(registry.numbers("sessions").isEmpty)
        // The API forbids it; nobody else's count may suffer from it.
        second.increment(by: 1_000)
        let third = Counter(label: "sessions", dimensions: [("id", "8")], factory: factory)
        third.increment()
        #expect(registry.numbers("sessions") == ["id=8": .int(1)])
    }

    @Test func aCounterThatTakesTheCellsOfAnotherBeginsAtZero() {
        for round in 0..<100 {
            let counter = Counter(label: "rounds", dimensions: [("round", String(round))], factory: factory)
            counter.increment(by: round + 1)
            #expect(registry.numbers("rounds") == ["round=\(round)": .int(Int64(round + 1))])
            counter.destroy()
        }
    }

    @Test func dimensionsWithoutEndShareOneSeries() {
        let factory = SagascopeMetricsFactory(registry: registry, seriesLimit: 10)
        for id in 0..<1_000 {
            Counter(label: "users", dimensions: [("id", String(id))], factory: factory).increment()
        }
        let numbers = registry.numbers("users")
        #expect(numbers.count == 11)
        #expect(numbers["otel.metric.overflow=true"] == .int(990))
    }

    /// Destroying makes no room for new sets, and nothing that is counted gets lost or shadowed by it.
    @Test func instrumentsThatComeAndGoStayWithinTheLimit() {
        let factory = SagascopeMetricsFactory(registry: registry, seriesLimit: 10)
        for id in 0..<1_000 {
            let counter = Counter(label: "connections", dimensions: [("id", String(id))], factory: factory)
            counter.increment()
            _ = registry.snapshot()
            counter.destroy()
        }
        #expect(registry.numbers("connections") == ["otel.metric.overflow=true": .int(990)])
        Counter(label: "connections", dimensions: [("id", "3")], factory: factory).increment(by: 7)
        #expect(registry.numbers("connections")["id=3"] == .int(7))
    }

    @Test func labelsWithoutEndMakeNoMetricsWithoutEnd() {
        let factory = factory
        for id in 0..<10_500 { Gauge(label: "user.\(id)", factory: factory).record(1) }
        CoreMetrics.Timer(label: "one more", factory: factory).recordSeconds(1)
        #expect(registry.snapshot().metrics.count == 10_000)
        Gauge(label: "user.7", factory: factory).record(2)
        #expect(registry.numbers("user.7") == ["": .double(2)])
    }

    @Test func aMetricNeedsALabel() {
        Counter(label: "", factory: factory).increment()
        Recorder(label: "", factory: factory).record(1)
        #expect(registry.snapshot().metrics.isEmpty)
    }

    /// Each of them works for its holder and is a metric of its own.
    @Test func aNameOfTwoKindsBreaksNothing() {
        let counter = Counter(label: "twice", factory: factory)
        let timer = CoreMetrics.Timer(label: "twice", factory: factory)
        let gauge = Gauge(label: "twice", factory: factory)
        counter.increment()
        timer.recordSeconds(1)
        gauge.record(9)
        let metrics = registry.snapshot().metrics.filter { $0.descriptor.name == "twice" }
        let numbers = metrics.flatMap { metric -> [NumberPoint.Value] in
            guard case .numbers(let points) = metric.points else { return [] }
            return points.map(\.value)
        }
        #expect(numbers == [.int(1), .double(9)])
        #expect(registry.histogram("twice")?.sum == 1)
    }

    // MARK: scopes

    @Test func aScopeMeasuresIntoItsOwnRegistry() async {
        let other = MetricRegistry()
        await withMetricsFactory(factory) {
            let counter = Counter(label: "scoped")
            await withMetricsFactory(SagascopeMetricsFactory(registry: other)) {
                Counter(label: "scoped").increment(by: 5)
                await Task { Counter(label: "scoped").increment(by: 2) }.value
            }
            counter.increment()
        }
        #expect(registry.numbers("scoped") == ["": .int(1)])
        #expect(other.numbers("scoped") == ["": .int(7)])
    }
}

extension MetricRegistry {
    /// The numbers of a metric, by their attributes as `key=value,…`.
    fileprivate func numbers(_ name: String) -> [String: NumberPoint.Value] {
        var numbers: [String: NumberPoint.Value] = [:]
        for metric in snapshot().metrics where metric.descriptor.name == name {
            guard case .numbers(let points) = metric.points else { continue }
            for point in points {
                let attributes = metric.seriesAttributes[point.series]
                let text = attributes.pairs.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
                numbers[text] = point.value
            }
        }
        return numbers
    }

    fileprivate func histogram(_ name: String) -> HistogramPoint? {
        for metric in snapshot().metrics where metric.descriptor.name == name {
            if case .histograms(let points) = metric.points { return points.first }
        }
        return nil
    }
}
