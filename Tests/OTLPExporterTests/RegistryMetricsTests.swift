import TestSupport
import Testing

@testable import OTLPExporter
@testable import SagaTelemetry

/// What a registry of every kind of instrument gives, judged by the official messages.
@Suite(.timeLimit(.minutes(1)))
struct RegistryMetricsTests {
    private let encoder = OTLPEncoder(resource: Samples.resource)

    private func registry() -> MetricRegistry {
        var options = MetricOptions()
        options.exemplarFilter = .alwaysOn
        options.cardinalityLimit = 10
        options.views = [
            MetricView(.name("test.exponential"), aggregation: .exponential(maxBuckets: 40)),
            MetricView(.name("test.narrow"), name: "test.renamed", attributes: .drop(["id"])),
        ]
        let registry = MetricRegistry(options: options)
        registry.observe(MetricDescriptor("test.observed", .counter, unit: "1", "Observed.")) {
            for id in 0..<20 { $0.observe(id, ["id": .int(Int64(id))]) }
        }
        return registry
    }

    private func measure(_ registry: MetricRegistry, _ round: Int) {
        let context = TraceContext(traceID: .random(), spanID: .random())
        TraceContext.$current.withValue(context) {
            for id in 0..<20 {
                let attributes: Attributes = ["id": .int(Int64(id))]
                let value = Double(id * round) - 3
                registry.counter(MetricDescriptor("test.counter", .counter, unit: "1", "C."), attributes).add(id)
                registry.upDownCounter(MetricDescriptor("test.open", .upDownCounter, unit: "1", "U."), attributes).add(
                    -id)
                registry.gauge(MetricDescriptor("test.gauge", .gauge, unit: "1", "G."), attributes).set(value)
                for name in ["test.explicit", "test.exponential", "test.narrow"] {
                    let descriptor = MetricDescriptor(name, .histogram(bounds: [0, 1, 10]), unit: "s", "H.")
                    let histogram = registry.histogram(descriptor, attributes)
                    for number in [value, 0, .infinity, .nan, value * 1e6] { histogram.record(number) }
                }
            }
        }
        // Another metric of a name that is taken: in OTLP they are two.
        registry.counter(MetricDescriptor("test.gauge", .counter, unit: "By", "Other.")).add()
    }

    @Test(arguments: TemporalityPreference.allCases)
    func everyKindPassesTheJudge(preference: TemporalityPreference) async throws {
        let registry = registry()
        var converter = TemporalityConverter(preference)
        for round in 1...3 {
            measure(registry, round)
            let snapshot = registry.snapshot()
            let converted = converter.convert(snapshot)
            #expect(converted.metrics.count >= 8 && converted.metrics.contains { !$0.exemplars.isEmpty })
            try await Judge.check(encoder.encode(metrics: converted), "metrics")
            converter.commit(snapshot)
        }
    }

    @Test func theJSONFormReadsBackAsTheSameMessage() async throws {
        let registry = registry()
        measure(registry, 1)
        let request = encoder.encode(metrics: registry.snapshot())
        let line = try #require(RequestJSON.line(of: request, .metrics))
        #expect(try await Judge.content(ofLines: line, "metrics") == [Judge.content(of: request, "metrics")])
    }
}
