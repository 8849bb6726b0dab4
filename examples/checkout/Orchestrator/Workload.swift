import ServiceLifecycle

/// The orders of a run, and how fast they come.
struct Workload: Sendable {
    let orders: Int
    let seed: UInt64
    /// Orders begun in a second at most; nil: as many as the concurrency allows.
    let rate: Double?
    /// Orders under way at most.
    let concurrency: Int

    /// Works through the orders. On a graceful shutdown it begins no other one and finishes those under way.
    func place(with saga: CheckoutSaga, into ledger: RunLedger) async {
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for number in 1...orders {
                if number > concurrency { await group.next() }
                await waitForTurn(of: number, since: start)
                if Task.isShuttingDownGracefully { break }
                group.addTask { await place(.make(number, seed: seed), with: saga, into: ledger) }
            }
        }
    }

    private func place(_ order: Order, with saga: CheckoutSaga, into ledger: RunLedger) async {
        let start = ContinuousClock.now
        var failure: (any Error)?
        do { try await saga.run(order) } catch { failure = error }
        ledger.noteEnd(of: order, failure, after: ContinuousClock.now - start)
    }

    private func waitForTurn(of number: Int, since start: ContinuousClock.Instant) async {
        guard let rate else { return }
        let turn = start + .seconds(Double(number - 1) / rate)
        try? await cancelWhenGracefulShutdown { try await Task.sleep(until: turn, clock: .continuous) }
    }
}
