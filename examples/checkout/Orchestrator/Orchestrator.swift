import AsyncHTTPClient
import SagaLog
import ServiceLifecycle

/// The service that works through the orders and hands over what came of them. When it ends, the demo ends.
struct Orchestrator: Service {
    let workload: Workload
    let participants: Participants
    let ledger: RunLedger
    let log: SagaLog
    let faults: FaultPlan
    let progress: ProgressLine
    /// What to do when the last order is done.
    let finish: @Sendable (_ elapsed: Duration) async throws -> Void

    func run() async throws {
        var configuration = HTTPClient.Configuration()
        // A call that waited for a connection would count that wait as the participant's slowness.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 2 * workload.concurrency
        try await HTTPClient.withHTTPClient(configuration: configuration) { http in
            let saga = CheckoutSaga(
                stock: StockClient(client: try await participants.stock.client(over: http)),
                payment: PaymentClient(client: try await participants.payment.client(over: http)),
                shipping: ShippingClient(client: try await participants.shipping.client(over: http)),
                mailbox: Mailbox(),
                ledger: ledger,
                log: log,
                faults: faults
            )
            let start = ContinuousClock.now
            await progress.shown(while: { await workload.place(with: saga, into: ledger) })
            try await finish(ContinuousClock.now - start)
        }
    }
}
