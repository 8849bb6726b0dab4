import CoreMetrics
import Instrumentation
import Sagascope
import Testing
import Tracing

/// The process-wide backends allow one bootstrap a process, so each case has a process of its own.
struct BackendsTests {
    private static let quiet = ["OTEL_SERVICE_NAME": "test", "SAGASCOPE_FILE": "none", "SAGASCOPE_ADMIN": "off"]

    @Test func bootstrapInstallsItsBackends() async {
        await #expect(processExitsWith: .success) {
            _ = try Sagascope.bootstrap(environment: Self.quiet)
            #expect(InstrumentationSystem.tracer is SagascopeTracer)
            #expect(MetricsSystem.factory is SagascopeMetricsFactory)
            Counter(label: "orders").increment(by: 3)
            #expect(MetricRegistry.shared.snapshot().metrics.contains { $0.descriptor.name == "orders" })
        }
    }

    @Test func backendsOfTheProgramStay() async {
        await #expect(processExitsWith: .success) {
            InstrumentationSystem.bootstrap(PropagatorOnly())
            MetricsSystem.bootstrap(MultiplexMetricsHandler(factories: []))
            _ = try Sagascope.bootstrap(environment: Self.quiet)
            #expect(InstrumentationSystem.instrument is PropagatorOnly)
            #expect(MetricsSystem.factory is MultiplexMetricsHandler)
        }
    }

    /// The options hold for what comes through swift-metrics too.
    @Test func optionsReachTheMetricsFactory() async {
        await #expect(processExitsWith: .success) {
            _ = try Sagascope.bootstrap(environment: Self.quiet) {
                $0.metrics.cardinalityLimit = 2
                $0.metrics.defaultHistogram = .exponential
            }
            for id in 0..<5 { Counter(label: "orders", dimensions: [("id", "\(id)")]).increment() }
            Timer(label: "latency").recordMilliseconds(5)
            let metrics = MetricRegistry.shared.snapshot().metrics
            let orders = metrics.first { $0.descriptor.name == "orders" }
            #expect(orders?.points.count == 3, "two of their own, and the one for all others")
            guard case .exponential(let points) = metrics.first(where: { $0.descriptor.name == "latency" })?.points
            else {
                Issue.record("not an exponential histogram")
                return
            }
            #expect(points.map(\.count) == [1])
        }
    }

    @Test func aWrongViewIsAnError() {
        let error = #expect(throws: MetricOptionsError.self) {
            try Sagascope.bootstrap(environment: Self.quiet) {
                $0.metrics.cardinalityLimit = 0
                $0.metrics.views = [MetricView(.name("http.*"), name: "one")]
            }
        }
        #expect(error?.problems.count == 2)
        #expect(error?.description.contains("view 1 (http.*): would name several metrics one") == true)
    }

    @Test func aProgramMayInstallItsOwnAfterwards() async {
        await #expect(processExitsWith: .success) {
            _ = try Sagascope.bootstrap(environment: Self.quiet) { $0.backends = [] }
            InstrumentationSystem.bootstrap(PropagatorOnly())
            MetricsSystem.bootstrap(MultiplexMetricsHandler(factories: []))
        }
    }
}

/// An instrument that is no tracer.
private struct PropagatorOnly: Instrument {
    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {}

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {}
}
