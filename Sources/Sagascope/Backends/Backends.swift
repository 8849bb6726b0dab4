import CoreMetrics
import Instrumentation
import Logging
import SagaTelemetry
import Tracing

/// Which backends of the ecosystem ``Sagascope/bootstrap(environment:providers:configure:)`` installs for the whole process.
///
/// One that the program has installed itself stays: the API packages allow one each, and stop the process for a second.
/// For the same reason a program that installs its own *after* the bootstrap leaves it out here. swift-log's is never
/// installed: its API does not tell whether the program has done so; see ``SagaTelemetry/SagascopeLogHandler``.
public struct Backends: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// ``SagaTelemetry/SagascopeTracer`` for swift-distributed-tracing.
    public static let tracing = Backends(rawValue: 1 << 0)
    /// ``SagaTelemetry/SagascopeMetricsFactory`` for swift-metrics.
    public static let metrics = Backends(rawValue: 1 << 1)

    public static let all: Backends = [.tracing, .metrics]

    /// - Parameter seriesLimit: the most sets of dimensions of one counter or gauge of swift-metrics.
    func install(seriesLimit: Int) {
        if contains(.tracing) { Self.installTracer() }
        if contains(.metrics) { Self.installMetricsFactory(seriesLimit: seriesLimit) }
    }

    private static func installTracer() {
        // Any instrument counts, not tracers only: a second bootstrap stops the process.
        guard InstrumentationSystem.instrument is NoOpInstrument else {
            Diagnostics.logger.warning(
                """
                another instrument of swift-distributed-tracing is installed; its spans do not join saga traces. Let \
                Sagascope.bootstrap() install its own, or put SagascopeTracer() into a MultiplexInstrument
                """)
            return
        }
        InstrumentationSystem.bootstrap(SagascopeTracer())
    }

    private static func installMetricsFactory(seriesLimit: Int) {
        guard MetricsSystem.factory is NOOPMetricsHandler else {
            Diagnostics.logger.warning(
                """
                another backend of swift-metrics is installed; what it measures is not exported here. Let \
                Sagascope.bootstrap() install its own, or put SagascopeMetricsFactory() into a MultiplexMetricsHandler
                """)
            return
        }
        MetricsSystem.bootstrap(SagascopeMetricsFactory(seriesLimit: seriesLimit))
    }
}
