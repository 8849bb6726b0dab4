import ServiceLifecycle

/// The orders of a run, and how fast they come.
struct Workload: Sendable {
    let orders: Int
    let seed: UInt64
    /// Orders begun in a second at most; nil: as many as the concurrency allows.
    let rate: Double?
    /// Orders under way at most.
    let concurrency: Int

    init(_ options: DemoOptions) {
        orders = options.orders
        seed = options.seed
        rate = options.rate
        concurrency = options.concurrency
    }

    /// Works through the orders. On a graceful shutdown it begins no other one and finishes those under way.
    func place(with engine: some CheckoutEngine, into ledger: RunLedger) async {
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for number in 1...orders {
                if number > concurrency { await group.next() }
                await waitForTurn(of: number, since: start)
                if Task.isShuttingDownGracefully { break }
                group.addTask { await place(.make(number, seed: seed), with: engine, into: ledger) }
            }
        }
    }

    private func place(_ order: Order, with engine: some CheckoutEngine, into ledger: RunLedger) async {
        let start = ContinuousClock.now
        let end = await engine.end(of: order)
        ledger.noteEnd(of: order, end, after: ContinuousClock.now - start)
    }

    private func waitForTurn(of number: Int, since start: ContinuousClock.Instant) async {
        guard let rate else { return }
        let turn = start + .seconds(Double(number - 1) / rate)
        try? await cancelWhenGracefulShutdown { try await Task.sleep(until: turn, clock: .continuous) }
    }
}
