import Testing

@testable import SagaTelemetry

/// OpenTelemetry specification, metrics SDK, "Cardinality limits".
struct CardinalityTests {
    private let things = MetricDescriptor("test.things", .counter, unit: "{thing}", "Things.")
    private let overflow = "otel.metric.overflow=true"

    /// 100,000 labels that never repeat: the total is right, and nothing is kept of a set that has no series.
    @Test func aHundredThousandSetsStayWithinTheLimit() {
        let registry = MetricRegistry()
        let seconds = MetricDescriptor("test.seconds", .histogram(bounds: [1, 2]), unit: "s", "Seconds.")
        var sets: [Weak] = []
        for number in 0..<100_000 {
            let attributes: Attributes = ["id": .int(Int64(number))]
            registry.counter(things, attributes).add(2)
            registry.histogram(seconds, attributes).record(1.5)
            sets.append(Weak(attributes: attributes))
        }
        let limit = MetricOptions.defaultCardinalityLimit
        #expect(sets.count { $0.attributes != nil } == limit)

        let snapshot = registry.snapshot()
        let numbers = snapshot.numbers("test.things")
        #expect(numbers.count == limit + 1 && snapshot["test.things"]?.seriesAttributes.count == limit + 1)
        #expect(numbers[overflow] == .int(2 * 98_000))
        #expect(numbers.values.reduce(0) { $0 + $1.asDouble } == 200_000)
        let histograms = snapshot.histograms("test.seconds")
        #expect(histograms.count == limit + 1)
        #expect(histograms.values.reduce(0) { $0 + $1.count } == 100_000)
        let overflowed = snapshot.numbers("sagascope.metric.overflow")
        #expect(overflowed["sagascope.metric.name=test.things"] == .int(98_000))
        #expect(overflowed["sagascope.metric.name=test.seconds"] == .int(98_000))
    }

    private struct Weak {
        weak var attributes: Attributes?
    }

    @Test func aKnownSetKeepsItsSeriesWhenTheLimitIsReached() {
        var options = MetricOptions()
        options.cardinalityLimit = 2
        let registry = MetricRegistry(options: options)
        for id in ["a", "b", "c", "a", "d"] { registry.counter(things, ["id": .string(id)]).add() }
        #expect(registry.snapshot().numbers("test.things") == ["id=a": .int(2), "id=b": .int(1), overflow: .int(2)])
    }

    @Test func gaugesAndObservedMetricsHaveTheLimitToo() {
        var options = MetricOptions()
        options.cardinalityLimit = 2
        let registry = MetricRegistry(options: options)
        let level = MetricDescriptor("test.level", .gauge, unit: "1", "Level.")
        for id in 1...4 { registry.gauge(level, ["id": .int(Int64(id))]).set(Double(id)) }
        registry.observe(MetricDescriptor("test.seen", .counter, unit: "1", "Seen.")) {
            for id in 1...4 { $0.observe(id, ["id": .int(Int64(id))]) }
        }
        for _ in 0..<2 {
            let snapshot = registry.snapshot()
            #expect(
                snapshot.numbers("test.level") == ["id=1": .double(1), "id=2": .double(2), overflow: .double(4)])
            #expect(snapshot.numbers("test.seen") == ["id=1": .int(1), "id=2": .int(2), overflow: .int(7)])
        }
        // Two observed sets each time somebody looks; the third look is not counted before it has read.
        let counted = registry.snapshot().numbers("sagascope.metric.overflow")
        #expect(counted["sagascope.metric.name=test.seen"] == .int(4))
    }

    @Test func theOverflowIsToldOnce() {
        var options = MetricOptions()
        options.cardinalityLimit = 1
        var table = InstrumentTable(options)
        let position = table.position(of: things, isObserved: false)
        for _ in 0..<3 { table.tellOfOverflow(position) }
        #expect(table.messages.count == 1)
        #expect(table.messages.first?.contains("test.things has 1 set of attributes") == true)
    }

    /// The work of finding or adding a series does not grow with how many there are: counted, not timed.
    @Test(arguments: [1_000, 4_000, 16_000]) func registeringIsLinear(count: Int) {
        let work = Work()
        var table = SeriesTable(overflowKey: CountedKey(value: -1, work: work))
        for value in 0..<count { _ = table.place(of: CountedKey(value: value, work: work), limit: .max) }
        for value in 0..<count {
            #expect(table.place(of: CountedKey(value: value, work: work), limit: .max) == .known(value))
        }
        // A dictionary that grows hashes each key again, amortised a constant number of times.
        #expect(work.operations < 20 * count, "\(work.operations) hashes and comparisons for \(count) series")
    }

    private final class Work {
        var operations = 0
    }

    private struct CountedKey: Hashable {
        let value: Int
        let work: Work

        static func == (left: CountedKey, right: CountedKey) -> Bool {
            left.work.operations += 1
            return left.value == right.value
        }

        func hash(into hasher: inout Hasher) {
            work.operations += 1
            hasher.combine(value)
        }
    }
}
