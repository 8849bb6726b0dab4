import Testing

@testable import SagaTelemetry

/// OpenTelemetry specification, metrics SDK, "Duplicate instrument registration".
struct DuplicateInstrumentTests {
    private let registry = MetricRegistry()
    private let things = MetricDescriptor("test.things", .counter, unit: "{thing}", "Things.")

    @Test func anotherKindOrUnitIsAnotherMetricAndBothAreExported() {
        registry.counter(things).add(2)
        registry.gauge(MetricDescriptor("test.things", .gauge, unit: "{thing}", "Other.")).set(9)
        registry.counter(MetricDescriptor("test.things", .counter, unit: "By", "Third.")).add(5)
        let metrics = registry.snapshot().metrics.filter { $0.descriptor.name == "test.things" }
        #expect(metrics.map(\.descriptor.unit) == ["{thing}", "{thing}", "By"])
        #expect(metrics.map(\.numbers) == [["": .int(2)], ["": .double(9)], ["": .int(5)]])
    }

    @Test func theConflictIsToldOnceWithBothSides() {
        var table = InstrumentTable(MetricOptions())
        let gauge = MetricDescriptor("test.things", .gauge, unit: "s", "Other.")
        for _ in 0..<3 {
            _ = table.position(of: things, isObserved: false)
            _ = table.position(of: gauge, isObserved: false)
        }
        #expect(table.instruments.count == 2)
        #expect(table.messages.count == 1)
        #expect(table.messages.first?.contains("a counter in {thing} and a gauge in s; both are exported") == true)
    }

    @Test func theSameMetricIsOneInstrumentInEitherCase() {
        registry.counter(things).add()
        registry.counter(MetricDescriptor("Test.Things", .counter, unit: "{thing}", "Again, in other words.")).add(3)
        #expect(registry.snapshot().metrics.count == 1)
        #expect(registry.snapshot().numbers("test.things") == ["": .int(4)])
    }

    @Test func otherBoundsAreNoOtherMetric() {
        let first = MetricDescriptor("test.h", .histogram(bounds: [1, 2]), unit: "s", "H.")
        let second = MetricDescriptor("test.h", .histogram(bounds: [5]), unit: "s", "H.")
        registry.histogram(first).record(1.5)
        registry.histogram(second).record(1.5)
        #expect(registry.snapshot().histograms("test.h")[""]?.counts == [0, 2, 0])
    }

    /// Nothing in OTLP or on a page would tell the two apart.
    @Test func whatIsCountedCannotAlsoBeObserved() {
        registry.counter(things).add(2)
        registry.observe(things) { $0.observe(70) }
        #expect(registry.snapshot().metrics.map(\.numbers) == [["": .int(2)]])
    }

    @Test(arguments: [true, false]) func whatIsLeftOutIsToldOfOnce(isObservedFirst: Bool) {
        var table = InstrumentTable(MetricOptions())
        for _ in 0..<3 {
            _ = table.position(of: things, isObserved: isObservedFirst)
            _ = table.position(of: things, isObserved: !isObservedFirst)
        }
        #expect(table.instruments.map(\.isHidden) == [false, true])
        #expect(table.messages.count == 1)
        #expect(table.messages.first?.contains("test.things is left out: give it another name") == true)
    }

    /// Binding a conflicting descriptor again and again makes no further instrument.
    @Test func aConflictIsOneInstrument() {
        let gauge = MetricDescriptor("test.things", .gauge, unit: "s", "Other.")
        registry.counter(things).add()
        for _ in 0..<100_000 { registry.gauge(gauge).set(1) }
        let fine = registry.counter(MetricDescriptor("test.fine", .counter, unit: "1", "Fine."))
        fine.add(3)
        #expect(registry.snapshot().numbers("test.fine") == ["": .int(3)])
        #expect(registry.snapshot().metrics.count == 3)
    }
}
