import AsyncHTTPClient
import SagaLog
import SagaRuntime
import ServiceLifecycle

/// The service that works through the orders and hands over what came of them. When it ends, the demo ends.
struct Orchestrator: Service {
    let workload: Workload
    let engine: EngineChoice
    /// Waits until all of them listen.
    let participants: @Sendable () async throws -> ParticipantURLs
    let ledger: RunLedger
    let log: SagaLog
    let faults: FaultPlan
    let progress: ProgressLine
    /// What to do when the last order is done.
    let finish: @Sendable (_ elapsed: Duration, _ recovery: RecoveryReport?) async throws -> Void

    func run() async throws {
        var configuration = HTTPClient.Configuration()
        // A call that waited for a connection would count that wait as the participant's slowness.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 2 * workload.concurrency
        try await HTTPClient.withHTTPClient(configuration: configuration) { http in
            let urls = try await cancelWhenGracefulShutdown { try await participants() }
            switch engine {
            case .handwritten:
                let clients = ParticipantClients(urls, over: http, timeout: CallTimeout.limit)
                try await work(
                    with: CheckoutSaga(
                        clients: clients, mailbox: Mailbox(), ledger: ledger, log: log, faults: faults),
                    nil)
            case .runtime:
                // The runtime ends each call in its time.
                let clients = ParticipantClients(urls, over: http, timeout: .seconds(60))
                let definition = CheckoutDefinition(
                    clients: clients, mailbox: Mailbox(), ledger: ledger, faults: faults)
                try await RuntimeEngine.running(definition, on: log) { try await work(with: $0, $1) }
            }
        }
    }

    private func work(with engine: some CheckoutEngine, _ recovery: RecoveryReport?) async throws {
        let start = ContinuousClock.now
        await progress.shown(while: { await workload.place(with: engine, into: ledger) })
        try await finish(ContinuousClock.now - start, recovery)
    }
}
