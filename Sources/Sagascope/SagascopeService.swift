import Logging
public import PrometheusExporter
import SagaInstrumentation
public import SagaRuntime
public import SagaTelemetry
public import ServiceLifecycle
import Synchronization

/// What ``Sagascope/bootstrap(environment:providers:configure:)`` gives: the running pipeline, the admin server and the monitor.
///
/// Recording and exporting are on from the bootstrap; ``run()`` serves the admin routes and ends with the last export. Put
/// it first in a `ServiceGroup`: groups stop from the last service to the first, so it sees everything that they record.
public final class SagascopeService: Service {
    public let configuration: SagascopeConfiguration
    /// Where spans, events and pushed metrics go, for people: a URL or a path; nil when nothing is exported.
    public let destination: String?
    private let pipeline: TelemetryPipeline?
    private let page: PrometheusPage
    private let registry = MetricRegistry.shared
    private let monitor: Task<Void, Never>?
    private let coordinators = AttachedCoordinators()
    private let state = Mutex(State())

    private struct State {
        var adminAddress: String?
        var readiness = Readiness.starting
        var knownConflicts = 0
    }

    init(_ configuration: SagascopeConfiguration, exporter: (any TelemetryExporter)?) {
        self.configuration = configuration
        page = PrometheusPage(resource: configuration.resource, options: configuration.prometheus)
        destination = exporter?.destination
        pipeline = exporter.map {
            TelemetryPipeline(exporter: TimedExporter($0, in: .shared), options: configuration.pipeline)
        }
        guard !configuration.isDisabled else {
            monitor = nil
            return
        }
        RegistryMetrics.observe(in: registry)
        monitor = Task.detached { await RunMonitor().run() }
        if let pipeline {
            PipelineMetrics.observe(pipeline, in: registry)
            pipeline.start()
        }
    }

    // MARK: life

    /// Runs until graceful shutdown or cancellation. A server that cannot listen is logged and left out: telemetry never
    /// stops the program that it observes.
    public func run() async throws {
        guard !configuration.isDisabled else {
            try? await gracefulShutdown()
            return
        }
        await withTaskGroup(of: Void.self) { group in
            if configuration.admin.isEnabled { group.addTask { await self.serve() } }
            await withGracefulShutdownHandler {
                if let pipeline {
                    try? await pipeline.run()
                } else {
                    try? await gracefulShutdown()
                }
            } onGracefulShutdown: {
                self.state.withLock { $0.readiness = .shuttingDown }
            }
            monitor?.cancel()
            group.cancelAll()
        }
    }

    /// Exports everything recorded so far.
    /// - Returns: what was exported and what was dropped, and why.
    @discardableResult
    public func forceFlush(timeout: Duration? = nil) async -> FlushReport {
        await pipeline?.forceFlush(timeout: timeout) ?? .empty
    }

    /// Stops recording and exports what is left, for a program without a `ServiceGroup`.
    @discardableResult
    public func shutdown(timeout: Duration? = nil) async -> FlushReport {
        monitor?.cancel()
        return await pipeline?.shutdown(timeout: timeout) ?? .empty
    }

    // MARK: looking in

    /// The Prometheus page, text format 0.0.4.
    public func metricsPage() -> [UInt8] { metricsPage(accept: nil).bytes }

    /// The Prometheus page in the format that an Accept header asks for, as `/metrics` serves it.
    public func metricsPage(accept: String?) -> PrometheusPage.Answer {
        let answer = page.answer(registry.snapshot(), accept: accept)
        let conflicts = page.conflicts
        let new = state.withLock { state in
            defer { state.knownConflicts = conflicts.count }
            return conflicts.dropFirst(state.knownConflicts)
        }
        for conflict in new { Diagnostics.logger.error("left out of the Prometheus page: \(conflict)") }
        return answer
    }

    /// Every metric at this moment.
    public func snapshot() -> MetricsSnapshot { registry.snapshot() }

    /// Where every span, event and pushed metric point is.
    public var statistics: PipelineStatistics { pipeline?.statistics ?? .empty }

    /// `host:port` of the admin server; nil before ``run()`` listens, and without one.
    public var adminAddress: String? { state.withLock { $0.adminAddress } }

    // MARK: runs

    /// Lets the admin server show a coordinator's runs under `/debug/runs`, and retry, resolve and cancel them for who has the
    /// token. Several may be attached; none is kept alive by it, and one that is gone is shown no more.
    ///
    /// ```swift
    /// let sagascope = try Sagascope.bootstrap()
    /// let coordinator = try SagaCoordinator(log: try SagaLog.open("saga-log"), sagas: [checkout])
    /// sagascope.attach(coordinator)
    /// ```
    public func attach(_ coordinator: SagaCoordinator) { coordinators.add(coordinator) }

    /// Shows a coordinator's runs no more.
    public func detach(_ coordinator: SagaCoordinator) { coordinators.remove(coordinator) }

    private func serve() async {
        #if AdminServer
        let server = AdminServer(
            configuration: AdminServer.Configuration(
                host: configuration.admin.host, port: configuration.admin.port, token: configuration.admin.token),
            metrics: { self.metricsPage(accept: $0) },
            readiness: { self.state.withLock { $0.readiness } },
            coordinators: { self.coordinators.all },
            onListening: { port in
                self.state.withLock { state in
                    state.adminAddress = "\(self.configuration.admin.host):\(port)"
                    if state.readiness == .starting { state.readiness = .ready }
                }
            })
        do {
            try await server.run()
        } catch is CancellationError {
            return
        } catch {
            Diagnostics.logger.error("the admin server is off: \(error)")
        }
        #endif
    }
}
