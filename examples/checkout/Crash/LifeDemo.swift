import Logging
import SagaLog
import Sagascope
import ServiceLifecycle
import UnixSignals

/// The orchestrator as a process of its own: telemetry, the log, and the orders. Participants are elsewhere.
struct LifeDemo {
    let options: DemoOptions
    let life: Int
    let participants: ParticipantURLs

    /// Runs until the last order is done; a life that is killed gets less far.
    func run() async throws {
        ParentWatch.begin()
        let folder = OutputFolder(path: options.out)
        let sagascope = try Demo.bootstrap(options, traces: folder.traces(ofLife: life)) { configuration in
            // What a life has told is told when it is killed, but for its last moments.
            configuration.pipeline.spanDelay = min(configuration.pipeline.spanDelay, .milliseconds(200))
        }
        let log = try SagaLog.open(folder.log)
        defer { log.close() }
        let ledger = RunLedger()
        let orchestrator = Orchestrator(
            workload: Workload(options), engine: .runtime, participants: { participants },
            ledger: ledger, log: log, faults: FaultPlan(seed: options.seed),
            progress: ProgressLine(orders: options.orders, ledger: ledger, sagascope),
            finish: { _, recovery in
                // Tasks may outlive their sagas; their spans belong to the account.
                try await sagascope.settle(every: .milliseconds(100))
                try folder.write(try LifeReport(recovery, ledger.figures).json(), to: folder.report(ofLife: life))
            })
        try await ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: sagascope),
                    .init(
                        service: orchestrator, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                ], gracefulShutdownSignals: [.sigint, .sigterm], logger: .ofDemo)
        ).run()
    }
}
