import Sagascope

/// One line that says how far the run is: rewritten on a terminal, repeated every few seconds elsewhere.
struct ProgressLine: Sendable {
    let orders: Int
    let ledger: RunLedger
    let sagascope: SagascopeService

    init(orders: Int, ledger: RunLedger, _ sagascope: SagascopeService) {
        self.orders = orders
        self.ledger = ledger
        self.sagascope = sagascope
    }

    /// Shows the line until `work` is done.
    func shown(while work: @escaping @Sendable () async -> Void) async {
        let isTerminal = Console.errorsGoToTerminal
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: isTerminal ? .milliseconds(200) : .seconds(5))) != nil {
                    show(after: ContinuousClock.now - start, onTerminal: isTerminal)
                }
            }
            await work()
            group.cancelAll()
        }
        show(after: ContinuousClock.now - start, onTerminal: isTerminal)
        if isTerminal { Console.progress("\n") }
    }

    private func show(after elapsed: Duration, onTerminal isTerminal: Bool) {
        let results = ledger.results
        let done = results.values.reduce(0, +)
        let seconds = elapsed / .seconds(1)
        let spans = sagascope.statistics.spans
        let parts =
            ["\(done.grouped) / \(orders.grouped) orders", "\((Double(done) / max(seconds, 0.001)).fixed(0))/s"]
            + SagaResult.allCases.compactMap { result in results[result].map { "\($0.grouped) \(result.rawValue)" } }
            + ["\(spans.exported.grouped) spans out, \(spans.droppedTotal.grouped) dropped", "\(seconds.fixed(0)) s"]
        let line = parts.joined(separator: " · ")
        // Return to the line's start and clear to its end; elsewhere a line of its own.
        Console.progress(isTerminal ? "\r\u{1b}[K\(line)" : "\(line)\n")
    }
}
