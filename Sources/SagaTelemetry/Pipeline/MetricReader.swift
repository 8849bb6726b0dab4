import Synchronization

/// Reads the registry on a timer, and when asked, and hands the snapshot to the exporter, in the temporality it prefers.
final class MetricReader: Sendable {
    private let registry: MetricRegistry
    private let interval: Duration
    private let export: @Sendable (MetricsSnapshot) async -> ExportOutcome
    private let doorbell = Doorbell()
    private let converter: Mutex<TemporalityConverter>
    private let account = Mutex((created: 0, outcome: ExportOutcome()))

    init(
        _ registry: MetricRegistry, interval: Duration, temporality: TemporalityPreference,
        export: @escaping @Sendable (MetricsSnapshot) async -> ExportOutcome
    ) {
        self.registry = registry
        self.interval = interval
        converter = Mutex(TemporalityConverter(temporality))
        self.export = export
    }

    func flush() async { await doorbell.flush() }

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
            let reasons = await doorbell.wait(for: [.flush, .stop], timeout: interval)
            let flushes = doorbell.takeFlushes()
            await readAndExport()
            for flush in flushes { flush.resume() }
            if reasons.contains(.stop) { break }
        }
        doorbell.close()
    }

    private func readAndExport() async {
        let cumulative = registry.snapshot()
        let snapshot = converter.withLock { $0.convert(cumulative) }
        let count = snapshot.pointCount
        guard count > 0 else { return }
        account.withLock { $0.created += count }
        let outcome = await export(snapshot)
        account.withLock { $0.outcome += outcome }
        // What was dropped is in the next delta.
        if outcome.dropped.isEmpty { converter.withLock { $0.commit(cumulative) } }
    }
}
