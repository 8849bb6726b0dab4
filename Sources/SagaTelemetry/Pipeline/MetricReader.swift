import Synchronization

/// Reads the registry on a timer, and when asked, and hands the snapshot to the exporter.
final class MetricReader: Sendable {
    private let registry: MetricRegistry
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let export: @Sendable (MetricsSnapshot) async -> ExportOutcome
    private let doorbell = Doorbell()
    private let flushes = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let account = Mutex((created: 0, outcome: ExportOutcome()))

    init(
        _ registry: MetricRegistry, interval: Duration, clock: any Clock<Duration>,
        export: @escaping @Sendable (MetricsSnapshot) async -> ExportOutcome
    ) {
        self.registry = registry
        self.interval = interval
        self.clock = clock
        self.export = export
    }

    func flush() async {
        await withCheckedContinuation { continuation in
            flushes.withLock { $0.append(continuation) }
            doorbell.ring(.flush)
        }
    }

    func stop() { doorbell.ring(.stop) }

    /// Created counts the points of every snapshot taken.
    var statistics: SignalStatistics {
        account.withLock { account in
            var statistics = SignalStatistics()
            statistics.created = account.created
            statistics.exported = account.outcome.exported
            statistics.rejected = account.outcome.rejected
            statistics.dropped = account.outcome.dropped
            return statistics
        }
    }

    func run() async {
        while true {
            let reasons = await doorbell.wait(for: [.flush, .stop], timeout: interval, clock: clock)
            let waiters = flushes.withLock { flushes in
                defer { flushes = [] }
                return flushes
            }
            await readAndExport()
            for waiter in waiters { waiter.resume() }
            if reasons.contains(.stop) { break }
        }
        for waiter in flushes.withLock({ $0 }) { waiter.resume() }
    }

    private func readAndExport() async {
        let snapshot = registry.snapshot()
        let count = snapshot.pointCount
        guard count > 0 else { return }
        account.withLock { $0.created += count }
        let outcome = await export(snapshot)
        account.withLock { $0.outcome += outcome }
    }
}
