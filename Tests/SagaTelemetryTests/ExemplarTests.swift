import SagaTelemetry
import Testing
import Tracing

struct ExemplarTests {
    private let things = MetricDescriptor("test.things", .counter, unit: "{thing}", "Things.")
    private let seconds = MetricDescriptor("test.seconds", .histogram(bounds: [1, 2, 4]), unit: "s", "Seconds.")
    private let sampled = TraceContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), flags: 1)
    private let unsampled = TraceContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(4), flags: 0)

    private func registry(_ filter: ExemplarFilter) -> MetricRegistry {
        var options = MetricOptions()
        options.exemplarFilter = filter
        return MetricRegistry(options: options)
    }

    private func measure(_ registry: MetricRegistry, in context: TraceContext?) {
        TraceContext.$current.withValue(context) {
            registry.counter(things).add(5)
            registry.histogram(seconds).record(1.5)
        }
    }

    @Test func underASampledSpanAMeasurementNamesTheTrace() throws {
        let registry = registry(.traceBased)
        measure(registry, in: sampled)
        let snapshot = registry.snapshot()
        let count = try #require(snapshot["test.things"]?.exemplars.first)
        #expect(count.value == .int(5) && count.traceID == sampled.traceID && count.spanID == sampled.spanID)
        let duration = try #require(snapshot["test.seconds"]?.exemplars.first)
        #expect(duration.value == .double(1.5) && duration.series == 0 && duration.spanID == sampled.spanID)
        #expect(duration.time <= snapshot.time && duration.time >= snapshot.metrics[0].startTime)
    }

    @Test func aSpanOfTheEcosystemCountsToo() throws {
        let registry = registry(.traceBased)
        var context = ServiceContext.topLevel
        context.traceContext = sampled
        ServiceContext.$current.withValue(context) { registry.counter(things).add() }
        #expect(registry.snapshot()["test.things"]?.exemplars.first?.traceID == sampled.traceID)
    }

    @Test(arguments: ExemplarFilter.allCases) func theFilterDecides(filter: ExemplarFilter) {
        for (context, isSampled) in [(sampled, true), (unsampled, false), (nil, false)] {
            let registry = registry(filter)
            measure(registry, in: context)
            let isExpected = filter == .alwaysOn || filter == .traceBased && isSampled
            for name in ["test.things", "test.seconds"] {
                #expect(registry.snapshot()[name]?.exemplars.count == (isExpected ? 1 : 0))
            }
            let exemplar = registry.snapshot()["test.seconds"]?.exemplars.first
            #expect(exemplar?.traceID.isValid == (isExpected ? context != nil : nil))
        }
    }

    @Test func aChangedFilterIsHeeded() {
        let registry = registry(.alwaysOff)
        let counter = registry.counter(things)
        registry.configure(MetricOptions())
        TraceContext.$current.withValue(sampled) { counter.add() }
        #expect(registry.snapshot()["test.things"]?.exemplars.count == 1)
    }

    @Test func eachBucketKeepsTheLastOneOffered() {
        let registry = registry(.alwaysOn)
        let histogram = registry.histogram(seconds)
        for value in [0.5, 1.5, 1.75, 9, 0.25] { histogram.record(value) }
        let values = registry.snapshot()["test.seconds"]?.exemplars.map(\.value) ?? []
        #expect(Set(values) == [.double(0.25), .double(1.75), .double(9)])
    }

    /// A bucket that counts a lot does not keep a rare one from being told of, and is not asked about each time.
    @Test func anOutlierAmongAMillionHasItsExemplar() {
        let registry = registry(.traceBased)
        let histogram = registry.histogram(seconds)
        for _ in 0..<1_000_000 { histogram.record(0.5) }
        TraceContext.$current.withValue(sampled) { histogram.record(100) }
        #expect(registry.snapshot()["test.seconds"]?.exemplars.map(\.value) == [.double(100)])
    }

    /// Of 1,024 measurements in a row at least one is offered, however many there were.
    @Test func aBusyCounterStaysFresh() {
        let registry = registry(.traceBased)
        let counter = registry.counter(things)
        for _ in 0..<1_000_000 { counter.add() }
        TraceContext.$current.withValue(sampled) { for _ in 0..<1024 { counter.add() } }
        #expect(registry.snapshot()["test.things"]?.exemplars.count == 1)
    }

    @Test func exponentialHistogramsKeepOneOfEachMagnitude() {
        var options = MetricOptions()
        options.defaultHistogram = .exponential
        options.exemplarFilter = .alwaysOn
        let registry = MetricRegistry(options: options)
        let histogram = registry.histogram(seconds)
        for value in [0.001, 0.0011, 1, 1.5, 500, 0] { histogram.record(value) }
        let values = registry.snapshot()["test.seconds"]?.exemplars.map(\.value) ?? []
        #expect(Set(values) == [.double(0.0011), .double(1.5), .double(500), .double(0)])
    }

    @Test func memoryIsBoundedAndTheNewestStay() {
        let registry = registry(.alwaysOn)
        for number in 0..<1900 { registry.counter(things, ["id": .int(Int64(number))]).add(number + 1) }
        let exemplars = registry.snapshot()["test.things"]?.exemplars ?? []
        #expect(exemplars.count == 1024)
        #expect(exemplars.map(\.series) == Array(876..<1900))
        #expect(exemplars.allSatisfy { $0.value == .int(Int64($0.series + 1)) })
    }

    @Test func exemplarsOfAPointAreFoundBySeries() {
        let registry = registry(.alwaysOn)
        for id in 0..<5 where id != 2 { registry.histogram(seconds, ["id": .int(Int64(id))]).record(Double(id)) }
        registry.histogram(seconds, ["id": 1]).record(99)
        let metric = registry.snapshot()["test.seconds"]
        #expect(metric?.exemplars(of: 1).map(\.value) == [.double(1), .double(99)])
        #expect(metric?.exemplars(of: 3).map(\.value) == [.double(4)])
        #expect(metric?.exemplars(of: 7).isEmpty == true)
    }
}
