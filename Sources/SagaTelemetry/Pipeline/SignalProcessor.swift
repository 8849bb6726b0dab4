import CSagascope

/// Moves the records of one signal from the rings to the exporter, in batches, from one task.
///
/// That task is the only consumer of the rings; a flush asks it to drain and waits for the answer.
final class SignalProcessor: Sendable {
    let signal: Signal
    private let delay: Duration
    private let limit: BatchLimit
    private let export: @Sendable (RecordBatch) async -> ExportOutcome
    private let outcomes = OutcomeCounter()
    private let baseline: RingCounts
    private let doorbell = Doorbell()

    /// - Parameters:
    ///   - delay: for spans, the longest time one waits; for logs, how long the first one waits for company.
    ///   - batchLimit: most records in one export.
    init(
        _ signal: Signal, delay: Duration, batchLimit: Int,
        export: @escaping @Sendable (RecordBatch) async -> ExportOutcome
    ) {
        self.signal = signal
        self.delay = delay
        limit = BatchLimit(records: max(1, batchLimit))
        self.export = export
        baseline = RecordRings.counts(signal)
    }

    // MARK: from outside

    func wake(_ reason: Doorbell.Reasons) { doorbell.ring(reason) }

    /// Returns when everything recorded before the call has been exported or given up.
    func flush() async { await doorbell.flush() }

    var statistics: SignalStatistics {
        // Outcomes first: what is created in between shows as in flight.
        let outcome = outcomes.value
        let counts = RecordRings.counts(signal)
        var statistics = SignalStatistics()
        statistics.exported = outcome.exported
        statistics.rejected = outcome.rejected
        statistics.dropped = outcome.dropped
        statistics.created = counts.written - baseline.consumed
        statistics.addLoss(counts.droppedFull - baseline.droppedFull, .ringFull)
        statistics.addLoss(counts.droppedLarge - baseline.droppedLarge, .recordTooLarge)
        statistics.addLoss(counts.droppedClosed - baseline.droppedClosed, .shutdown)
        return statistics
    }

    // MARK: the loop

    /// Runs until asked to stop; drains once more before it returns. When its task is cancelled, what is left is counted
    /// as dropped.
    func run() async {
        while true {
            let reasons = await nextReasons()
            let flushes = doorbell.takeFlushes()
            await drain()
            for flush in flushes { flush.resume() }
            if reasons.contains(.stop) { break }
        }
        outcomes.add(.dropped(RecordRings.discard(signal), .shutdown))
        doorbell.close()
    }

    private func nextReasons() async -> Doorbell.Reasons {
        switch signal {
        case .spans:
            return await doorbell.wait(for: [.urgent, .flush, .stop], timeout: delay)
        case .logs:
            // Idle until the first record comes; then a moment for others to join it.
            let first = await doorbell.wait(for: [.waiting, .urgent, .flush, .stop], timeout: nil)
            guard first == .waiting else { return first }
            return await doorbell.wait(for: [.urgent, .flush, .stop], timeout: delay)
        }
    }

    /// Exports what was in the rings when it began.
    private func drain() async {
        sgs_wake_answered(signal == .spans ? Int32(SGS_SPANS_HALF_FULL) : Int32(SGS_EVENTS_HALF_FULL))
        if signal == .logs { sgs_wake_answered(Int32(SGS_EVENTS_WAITING)) }
        sgs_clock_refresh()
        var marks = RecordRings.marks(signal)
        while !marks.isEmpty, !Task.isCancelled {
            var batch = RecordBatch()
            RecordRings.drain(&marks, into: &batch, limit: limit)
            if !batch.isEmpty { outcomes.add(await export(batch)) }
        }
    }
}

extension SignalStatistics {
    /// Records that were created and lost before they came into a ring.
    fileprivate mutating func addLoss(_ count: Int, _ reason: DropReason) {
        guard count > 0 else { return }
        created += count
        dropped[reason, default: 0] += count
    }
}
