import SagaTelemetry

/// What the log's records come to when it is opened: the runs that are open, those that were closed last, and the leases.
struct RunIndex {
    private(set) var open: [TraceID: (status: RunStatus, numbers: RunNumbers)] = [:]
    /// In the order of their closing.
    private(set) var closed: [(run: TraceID, last: RunTable.ClosedRun)] = []
    private(set) var leases: [String: LogRecord] = [:]
    /// Nothing below may be recovered from.
    private(set) var minimum = LSN.none
    private let rememberedRuns: Int

    init(rememberedRuns: Int) { self.rememberedRuns = rememberedRuns }

    /// The next record.
    mutating func apply(_ record: LogRecord) {
        guard record.kind.isOfRun else { return applyControl(record) }
        var run = open.removeValue(forKey: record.run) ?? (RunStatus(run: record.run, saga: ""), RunNumbers())
        run.numbers.append(record.entry, lsn: record.lsn.rawValue)
        run.status.note(record.entry, lsn: record.lsn.rawValue, time: record.time, epoch: record.epoch)
        guard run.status.state == .closed else {
            open[record.run] = run
            return
        }
        remember(record.run, RunTable.ClosedRun(sequence: record.entry.sequence, lsn: record.lsn))
    }

    /// A run that was closed, as a snapshot remembers it.
    mutating func remember(_ run: TraceID, _ last: RunTable.ClosedRun) {
        closed.append((run, last))
        // Not one by one: taking the first of an array moves all others.
        if closed.count > 2 * rememberedRuns + 16 { closed.removeFirst(closed.count - rememberedRuns) }
    }

    private mutating func applyControl(_ record: LogRecord) {
        switch record.kind {
        case .lease: leases[record.entry.name] = record
        case .minimumRaised:
            let payload = record.entry.payload
            guard payload.count == 8 else { return }
            minimum = max(
                minimum, LSN(payload.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }))
        default: break
        }
    }
}
