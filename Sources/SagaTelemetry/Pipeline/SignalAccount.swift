import Synchronization

/// Where the records of one signal are, counted at each move: into the rings, to the exporter, answered.
///
/// Every number is counted where its event happens, none is what is left over of the others; so the law of
/// ``SignalStatistics/isBalanced`` says something. Moves and readings exclude each other, recording waits for neither.
final class SignalAccount: Sendable {
    private let signal: Signal
    private let state = Mutex(State())

    private struct State {
        var phase = Phase.idle
        var exporting = 0
        var outcome = ExportOutcome()
    }

    private enum Phase {
        /// The rings are somebody else's, or nobody's.
        case idle
        /// The rings counted this much before.
        case counting(since: RingCounts)
        case closed(SignalStatistics)
    }

    init(_ signal: Signal) { self.signal = signal }

    /// What the rings take from now on is ours.
    func begin() {
        let counts = RecordRings.counts(signal)
        state.withLock { $0.phase = .counting(since: counts) }
    }

    /// What the rings take from now on is somebody else's.
    func close() {
        state.withLock { state in
            if case .counting(let baseline) = state.phase { state.phase = .closed(read(state, since: baseline)) }
        }
    }

    /// Takes records for the exporter out of marked rings.
    func take(_ marks: inout [RecordRings.Mark], limit: BatchLimit) -> RecordBatch {
        state.withLock { state in
            var batch = RecordBatch()
            RecordRings.drain(&marks, into: &batch, limit: limit)
            state.exporting += batch.count
            return batch
        }
    }

    /// The exporter said what became of a batch.
    func answered(_ batch: RecordBatch, _ outcome: ExportOutcome) {
        state.withLock { state in
            state.exporting -= batch.count
            state.outcome += outcome
        }
    }

    /// Gives up what is still in the rings.
    func discard() {
        state.withLock { $0.outcome += .dropped(RecordRings.discard(signal), .shutdown) }
    }

    var statistics: SignalStatistics {
        state.withLock { state in
            switch state.phase {
            case .idle: SignalStatistics()
            case .counting(let baseline): read(state, since: baseline)
            case .closed(let last): last
            }
        }
    }

    private func read(_ state: State, since baseline: RingCounts) -> SignalStatistics {
        let counts = RecordRings.counts(signal)
        var statistics = SignalStatistics()
        statistics.created = counts.written - baseline.consumed
        statistics.queued = counts.written - counts.consumed
        statistics.queueBytes = RecordRings.capacity(signal)
        statistics.exporting = state.exporting
        statistics.exported = state.outcome.exported
        statistics.rejected = state.outcome.rejected
        statistics.dropped = state.outcome.dropped
        statistics.addLoss(counts.droppedFull - baseline.droppedFull, .queueFull)
        statistics.addLoss(counts.droppedLarge - baseline.droppedLarge, .recordTooLarge)
        statistics.addLoss(counts.droppedClosed - baseline.droppedClosed, .shutdown)
        return statistics
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
