import Logging
import SagaLog
import Sagascope
import ServiceLifecycle
import UnixSignals

/// The demo as one process: telemetry, three participants, and the orchestrator that works through the orders.
struct Demo {
    let options: DemoOptions

    /// Runs until the last order is done, and with `--hold` until a signal comes.
    func run() async throws {
        let folder = OutputFolder(path: options.out)
        let sagascope = try Self.bootstrap(options, traces: folder.traces)
        // Not before the settings are known to work: what an earlier run left is worth keeping until then.
        try folder.prepare()
        let log = try SagaLog.open(folder.log)
        defer { log.close() }
        let participants = try Participants(options: options, folder: folder)
        let ledger = RunLedger()
        let report = Report(
            options: options, folder: folder, sagascope: sagascope, participants: participants, ledger: ledger,
            log: log)
        let orchestrator = Orchestrator(
            workload: Workload(options),
            engine: options.engine,
            participants: participants.urls,
            ledger: ledger,
            log: log,
            faults: FaultPlan(seed: options.seed),
            progress: ProgressLine(orders: options.orders, ledger: ledger, sagascope)
        ) { elapsed, _ in
            try await report.make(elapsed: elapsed)
            if options.hold, !Task.isShuttingDownGracefully { try await report.hold() }
        }

        // Stopped in reverse: nobody's telemetry comes after the exporter has gone.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [.init(service: sagascope)]
        services += participants.services.map {
            .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup)
        }
        services.append(
            .init(
                service: orchestrator, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup))
        let group = ServiceGroup(
            configuration: .init(services: services, gracefulShutdownSignals: [.sigint, .sigterm], logger: .ofDemo))
        try await group.run()
    }

    /// - Parameter traces: the file for them, where a file is what they go to.
    static func bootstrap(
        _ options: DemoOptions, traces: String, _ adjust: (inout SagascopeConfiguration) -> Void = { _ in }
    ) throws -> SagascopeService {
        try Sagascope.bootstrap { configuration in
            configuration.serviceName = "checkout"
            if let port = options.metricsPort { configuration.admin.port = port }
            if case .file(var file) = configuration.export {
                file.path = traces
                configuration.export = .file(file)
                // Room for bursts: in a debug build, writing JSON is slower than checking out.
                configuration.pipeline.spanRingBytes = max(configuration.pipeline.spanRingBytes, 4 << 20)
            }
            adjust(&configuration)
        }
    }
}

extension Logger {
    /// Of the service groups: warnings only.
    static var ofDemo: Logger {
        var logger = Logger(label: "checkout")
        logger.logLevel = .warning
        return logger
    }
}
