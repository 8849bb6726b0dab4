import CSagascope

/// Moves the records of one signal from the rings to the exporter, in batches, from one task.
///
/// That task is the only consumer of the rings; a flush asks it to drain and waits for the answer.
final class SignalProcessor: Sendable {
    let signal: Signal
    private let delay: Duration
    private let limit: BatchLimit
    private let export: @Sendable (RecordBatch) async -> ExportOutcome
    private let account: SignalAccount
    private let losses: LossLog
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
        account = SignalAccount(signal)
        losses = LossLog(signal)
    }

    // MARK: from outside

    /// The rings are this processor's from now on, until it is told to ``close()``.
    func begin() { account.begin() }

    /// The rings are another one's from now on; the statistics stay as they are.
    func close() { account.close() }

    func wake(_ reason: Doorbell.Reasons) { doorbell.ring(reason) }

    /// Returns when everything recorded before the call has been exported or given up.
    func flush() async { await doorbell.flush() }

    var statistics: SignalStatistics { account.statistics }

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
        account.discard()
        losses.look(at: statistics, isLast: true)
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
            let batch = account.take(&marks, limit: limit)
            if !batch.isEmpty { account.answered(batch, await export(batch).settled(batch.count)) }
        }
        losses.look(at: statistics)
    }
}
