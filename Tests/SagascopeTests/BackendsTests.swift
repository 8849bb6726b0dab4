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
