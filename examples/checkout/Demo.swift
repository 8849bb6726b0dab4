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
        let sagascope = try Sagascope.bootstrap { configuration in
            configuration.serviceName = "checkout"
            if let port = options.metricsPort { configuration.admin.port = port }
            if case .file(var file) = configuration.export {
                file.path = folder.traces
                configuration.export = .file(file)
                // Room for bursts: in a debug build, writing JSON is slower than checking out.
                configuration.pipeline.spanRingBytes = max(configuration.pipeline.spanRingBytes, 4 << 20)
            }
        }
        // Not before the settings are known to work: what an earlier run left is worth keeping until then.
        try folder.prepare()
        let log = try SagaLog.open(folder.log)
        defer { log.close() }
        let participants = try Participants(options: options, folder: folder)
        let ledger = RunLedger()
        let report = Report(
            options: options, folder: folder, sagascope: sagascope, participants: participants, ledger: ledger)
        let orchestrator = Orchestrator(
            workload: Workload(
                orders: options.orders, seed: options.seed, rate: options.rate, concurrency: options.concurrency),
            participants: participants,
            ledger: ledger,
            log: log,
            faults: FaultPlan(seed: options.seed),
            progress: ProgressLine(orders: options.orders, ledger: ledger) {
                let spans = sagascope.statistics.spans
                return (spans.exported, spans.droppedTotal)
            }
        ) { elapsed in
            try await report.make(elapsed: elapsed)
            if options.hold, !Task.isShuttingDownGracefully { try await report.hold() }
        }

        var logger = Logger(label: "checkout")
        logger.logLevel = .warning
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
            configuration: .init(services: services, gracefulShutdownSignals: [.sigint, .sigterm], logger: logger))
        try await group.run()
    }
}
