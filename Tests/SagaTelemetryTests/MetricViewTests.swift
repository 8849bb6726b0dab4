import Testing

@testable import SagaTelemetry

/// OpenTelemetry specification, metrics SDK, "View".
struct MetricViewTests {
    private let seconds = MetricDescriptor("http.server.duration", .histogram(bounds: [1]), unit: "s", "Seconds.")
    private let requests = MetricDescriptor("http.server.requests", .counter, unit: "{request}", "Requests.")

    private func registry(_ views: MetricView...) -> MetricRegistry {
        var options = MetricOptions()
        options.views = views
        return MetricRegistry(options: options)
    }

    @Test(arguments: [
        ("*", true), ("http.server.requests", true), ("HTTP.Server.Requests", true), ("http.*", true),
        ("*.requests", true),
        ("h*p.s*r.*", true), ("http.server.request?", true), ("http.server.requests?", false), ("http.server", false),
        ("*duration", false), ("?", false), ("*?*", true), ("**", true), ("", false),
    ])
    func selectsByName(pattern: String, isSelected: Bool) {
        #expect(MetricView.Selector(name: pattern).matches(requests) == isSelected)
    }

    @Test func selectsByKindUnitAndMeter() {
        #expect(MetricView.Selector(kind: .counter).matches(requests))
        #expect(!MetricView.Selector(kind: .histogram).matches(requests))
        #expect(MetricView.Selector(unit: "{request}", meter: InstrumentationScope.sagascope.name).matches(requests))
        #expect(!MetricView.Selector(unit: "s").matches(requests))
        #expect(!MetricView.Selector(meter: "another").matches(requests))
    }

    @Test func renamesAndDescribes() throws {
        let registry = registry(
            MetricView(.name("http.server.requests"), name: "calls", description: "Calls, answered or not."))
        registry.counter(requests).add(2)
        let metric = try #require(registry.snapshot().metrics.first)
        #expect(metric.descriptor.name == "calls" && metric.descriptor.description == "Calls, answered or not.")
        #expect(metric.descriptor.unit == "{request}" && metric.numbers == ["": .int(2)])
    }

    @Test func attributesThatAreDroppedJoinTheirSeries() {
        let registry = registry(
            MetricView(.name("http.server.requests"), attributes: .drop(["path"])),
            MetricView(.name("http.server.duration"), attributes: .keep(["path"])))
        for (path, status) in [("/a", 200), ("/b", 200), ("/b", 500)] {
            let attributes: Attributes = ["path": .string(path), "status": .int(Int64(status))]
            registry.counter(requests, attributes).add()
            registry.histogram(seconds, attributes).record(0.5)
        }
        #expect(registry.snapshot().numbers("http.server.requests") == ["status=200": .int(2), "status=500": .int(1)])
        #expect(
            registry.snapshot().histograms("http.server.duration").mapValues(\.count) == ["path=/a": 1, "path=/b": 2])
    }

    /// What is observed adds up where a view makes series one; two observations of one set still do not.
    @Test func observedSeriesAddUp() {
        let registry = registry(MetricView(.name("*"), attributes: .drop(["path"])))
        registry.observe(requests) {
            $0.observe(1, ["path": "/a"])
            $0.observe(2, ["path": "/a"])
            $0.observe(10, ["path": "/b"])
        }
        registry.observe(MetricDescriptor("level", .gauge, unit: "1", "Level.")) {
            $0.observe(1, ["path": "/a"])
            $0.observe(10, ["path": "/b"])
        }
        #expect(registry.snapshot().numbers("http.server.requests") == ["": .int(12)])
        #expect(registry.snapshot().numbers("level") == ["": .int(10)])
    }

    @Test func changesBucketsOfHistogramsOnly() {
        let registry = registry(MetricView(.name("http.*"), aggregation: .explicit(bounds: [0.25, 0.75])))
        registry.histogram(seconds).record(0.5)
        registry.counter(requests).add()
        let metric = registry.snapshot()["http.server.duration"]
        #expect(metric?.descriptor.bounds == [0.25, 0.75] && metric?.histograms[""]?.counts == [0, 1, 0])
        #expect(registry.snapshot().numbers("http.server.requests") == ["": .int(1)])
    }

    @Test func theDefaultHistogramYieldsToAView() {
        var options = MetricOptions()
        options.defaultHistogram = .exponential
        options.views = [MetricView(.name("plain"), aggregation: .explicit(bounds: [1]))]
        let registry = MetricRegistry(options: options)
        registry.histogram(seconds).record(1)
        registry.histogram(MetricDescriptor("plain", .histogram(bounds: []), unit: "s", "Plain.")).record(1)
        #expect(registry.snapshot().exponential("http.server.duration")[""]?.count == 1)
        #expect(registry.snapshot().histograms("plain")[""]?.counts == [1, 0])
    }

    @Test func dropsWhatNobodyWants() {
        let registry = registry(MetricView(.name("http.*"), aggregation: .drop))
        registry.counter(requests).add()
        registry.histogram(seconds).record(1)
        registry.observe(MetricDescriptor("http.open", .gauge, unit: "1", "Open.")) { $0.observe(1) }
        registry.counter(MetricDescriptor("other", .counter, unit: "1", "Other.")).add()
        #expect(registry.snapshot().metrics.map(\.descriptor.name) == ["other"])
    }

    @Test func theFirstViewAppliesAndTheOthersAreNamed() {
        var options = MetricOptions()
        options.views = [
            MetricView(.name("http.server.requests"), name: "first"),
            MetricView(.name("http.*"), attributes: .keep([])),
        ]
        var table = InstrumentTable(options)
        let position = table.position(of: requests, isObserved: false)
        #expect(table.instruments[position].stream.descriptor.name == "first")
        #expect(table.instruments[position].stream.attributes == nil)
        #expect(
            table.messages.count == 1 && table.messages[0].contains("http.server.requests applies, and those of http.*")
        )
    }

    @Test func aNewNameThatIsTakenHidesTheNewcomer() {
        let registry = registry(MetricView(.name("http.server.requests"), name: "calls"))
        registry.counter(MetricDescriptor("calls", .counter, unit: "{request}", "Calls.")).add(7)
        registry.counter(requests).add()
        #expect(registry.snapshot().metrics.map(\.numbers) == [["": .int(7)]])
    }

    @Test(arguments: [
        (MetricView(.name("http.*"), name: "all"), "would name several metrics all"),
        (MetricView(.name("")), "selects no name"),
        (MetricView(.name("a"), name: ""), "the new name is empty"),
        (MetricView(.name("a"), aggregation: .explicit(bounds: [1, 1])), "not finite and rising"),
        (MetricView(.name("a"), aggregation: .explicit(bounds: [.nan])), "not finite and rising"),
        (MetricView(.name("a"), aggregation: .exponential(maxBuckets: 1)), "must be 2 to 160"),
        (MetricView(.name("a"), aggregation: .exponential(maxBuckets: 161)), "must be 2 to 160"),
        (MetricView(.name("a"), aggregation: .exponential(maxScale: 21)), "must be -10 to 20"),
    ])
    func aWrongViewIsToldAndLeftOut(view: MetricView, reason: String) {
        var options = MetricOptions()
        options.views = [view]
        #expect(options.problems.count == 1 && options.problems[0].contains(reason), "\(options.problems)")
        #expect(options.usable.views.isEmpty)
        #expect(InstrumentTable(options).messages.count == 1)
    }

    @Test func aLimitBelowOneIsToldAndBecomesOne() {
        var options = MetricOptions()
        options.cardinalityLimit = 0
        #expect(options.problems == ["cardinality limit 0: must be at least 1"] && options.usable.cardinalityLimit == 1)
    }

    /// Options that come late rename and drop; attributes and buckets stay, and that is told.
    @Test func lateOptionsChangeWhatCanStillChange() {
        let registry = MetricRegistry()
        let counter = registry.counter(requests, ["path": "/a"])
        registry.histogram(seconds).record(0.5)
        var options = MetricOptions()
        options.views = [
            MetricView(.name("http.server.requests"), name: "calls", attributes: .keep([])),
            MetricView(.name("http.server.duration"), aggregation: .drop),
        ]
        registry.configure(options)
        counter.add(3)
        #expect(registry.snapshot().metrics.map(\.descriptor.name) == ["calls"])
        #expect(registry.snapshot().numbers("calls") == ["path=/a": .int(3)])

        var table = InstrumentTable(MetricOptions())
        _ = table.position(of: requests, isObserved: false)
        table.configure(options)
        #expect(table.messages.count == 1)
        #expect(table.messages.first?.contains("http.server.requests was bound before the metric options came") == true)
    }
}
