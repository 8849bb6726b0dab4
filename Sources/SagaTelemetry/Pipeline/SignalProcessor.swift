import CSagascope
import Synchronization

/// Moves the records of one signal from the rings to the exporter, in batches, from one task.
///
/// That task is the only consumer of the rings; a flush asks it to drain and waits for the answer.
final class SignalProcessor: Sendable {
    let signal: Signal
    private let delay: Duration
    private let batchLimit: Int
    private let clock: any Clock<Duration>
    private let export: @Sendable (RecordBatch) async -> ExportOutcome
    private let outcomes = OutcomeCounter()
    private let baseline: RingCounts
    private let doorbell = Doorbell()
    private let flushes = Mutex<[CheckedContinuation<Void, Never>]>([])

    /// - Parameters:
    ///   - delay: for spans, the longest time one waits; for logs, how long the first one waits for company.
    ///   - batchLimit: most records in one export.
    init(
        _ signal: Signal, delay: Duration, batchLimit: Int, clock: any Clock<Duration>,
        export: @escaping @Sendable (RecordBatch) async -> ExportOutcome
    ) {
        self.signal = signal
        self.delay = delay
        self.batchLimit = batchLimit
        self.clock = clock
        self.export = export
        baseline = RecordRings.counts(signal)
    }

    // MARK: from outside

    func wake(_ reason: Doorbell.Reasons) { doorbell.ring(reason) }

    /// Returns when everything recorded before the call has been exported or given up.
    func flush() async {
        await withCheckedContinuation { continuation in
            flushes.withLock { $0.append(continuation) }
            doorbell.ring(.flush)
        }
    }

    var statistics: SignalStatistics {
        // Outcomes first: what is created in between shows as in flight.
        let outcome = outcomes.value
        let counts = RecordRings.counts(signal)
        var statistics = SignalStatistics()
        statistics.exported = outcome.exported
        statistics.rejected = outcome.rejected
        statistics.dropped = outcome.dropped
        let full = counts.droppedFull - baseline.droppedFull
        let large = counts.droppedLarge - baseline.droppedLarge
        if full > 0 { statistics.dropped[.ringFull] = full }
        if large > 0 { statistics.dropped[.recordTooLarge] = large }
        statistics.created = counts.written - baseline.consumed + full + large
        return statistics
    }

    // MARK: the loop

    /// Runs until asked to stop; drains once more before it returns. When its task is cancelled, what is left is counted
    /// as dropped.
    func run() async {
        while true {
            let reasons = await nextReasons()
            let waiters = flushes.withLock { flushes in
                defer { flushes = [] }
                return flushes
            }
            await drain()
            for waiter in waiters { waiter.resume() }
            if reasons.contains(.stop) { break }
        }
        discardRest()
        for waiter in flushes.withLock({ $0 }) { waiter.resume() }
    }

    private func nextReasons() async -> Doorbell.Reasons {
        switch signal {
        case .spans:
            return await doorbell.wait(for: [.urgent, .flush, .stop], timeout: delay, clock: clock)
        case .logs:
            // Idle until the first record comes; then a moment for others to join it.
            let first = await doorbell.wait(for: [.waiting, .urgent, .flush, .stop], timeout: nil, clock: clock)
            guard first == .waiting else { return first }
            return await doorbell.wait(for: [.urgent, .flush, .stop], timeout: delay, clock: clock)
        }
    }

    /// Exports what was in the rings when it began; what arrives meanwhile is the next cycle's, so that it always ends.
    private func drain() async {
        sgs_wake_answered(signal == .spans ? Int32(SGS_SPANS_HALF_FULL) : Int32(SGS_EVENTS_HALF_FULL))
        if signal == .logs { sgs_wake_answered(Int32(SGS_EVENTS_WAITING)) }
        sgs_clock_refresh()
        let counts = RecordRings.counts(signal)
        var waiting = counts.written - counts.consumed
        while waiting > 0, !Task.isCancelled {
            var batch = RecordBatch()
            RecordRings.drain(signal, into: &batch, limit: min(batchLimit, waiting))
            guard !batch.isEmpty else { return }
            waiting -= batch.count
            outcomes.add(await export(batch))
        }
    }

    private func discardRest() {
        let rest = RecordRings.discard(signal)
        if rest > 0 { outcomes.add(.dropped(rest, .shutdown)) }
    }
}
