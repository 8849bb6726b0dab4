import SagaTelemetry

/// Which records a run has, by their numbers: what makes a repeated append harmless.
struct RunNumbers: Sendable {
    /// What tells a repeat from another record with the same number.
    private struct Recorded: Hashable {
        let lsn: UInt64
        let kind: LogRecordKind
        let attempt: UInt16
        let step: UInt32
    }

    /// Earlier ones that nothing is known of any more: of a closed run.
    private let forgotten: UInt32
    private var records: [Recorded] = []

    init() { forgotten = 0 }

    /// Of a run that was closed, with this record as its last.
    init(closedWith sequence: UInt32, lsn: LSN) {
        forgotten = sequence
        records = [Recorded(lsn: lsn.rawValue, kind: .runClosed, attempt: 0, step: 0)]
    }

    /// Of a run that is open: all its records.
    init(_ history: [LogRecord]) {
        forgotten = history.first?.entry.sequence ?? 0
        for record in history { append(record.entry, lsn: record.lsn.rawValue) }
    }

    var next: UInt32 { forgotten + UInt32(records.count) }

    mutating func append(_ entry: borrowing LogEntry, lsn: UInt64) {
        records.append(Recorded(lsn: lsn, kind: entry.kind, attempt: entry.attempt, step: entry.step))
    }

    /// The record that has this entry's number already; nil when the entry is the next one.
    /// - Parameter beside: further ones that were accepted and have no place yet.
    func earlier(
        _ entry: borrowing LogEntry, of status: RunStatus, beside added: [LogEntry] = []
    ) throws(SagaLogError) -> UInt64? {
        let next = next + UInt32(added.count)
        guard entry.sequence != next else {
            if status.state == .closed { throw .runClosed(run: status.run.description) }
            return nil
        }
        guard entry.sequence < next else { throw .sequenceGap(sequence: entry.sequence, expected: next) }
        guard entry.sequence >= forgotten else { throw .runClosed(run: status.run.description) }
        let index = Int(entry.sequence - forgotten)
        // The same number twice in one batch.
        guard index < records.count else { throw .conflict(sequence: entry.sequence, existing: .none) }
        let record = records[index]
        let isSame =
            record.kind == entry.kind
            && (forgotten > 0 || record.attempt == entry.attempt && record.step == entry.step)
        guard isSame else { throw .conflict(sequence: entry.sequence, existing: LSN(record.lsn)) }
        return record.lsn
    }
}
