internal import CSagascope
import SagaTelemetry

/// What the log keeps of a run while it is open.
struct OpenRun: Sendable {
    private(set) var status: RunStatus
    private(set) var numbers: RunNumbers
    private var view: ViewPlace

    /// Where the run stands in the mapped view.
    struct ViewPlace: Sendable {
        var slot: UInt32?
        /// There was no slot for it.
        var isUnmapped = false
        /// The last step's number in the view's list of names.
        var step: UInt16 = 0
    }

    init(_ status: RunStatus, numbers: RunNumbers = RunNumbers(), slot: UInt32? = nil) {
        self.status = status
        self.numbers = numbers
        view = ViewPlace(slot: slot)
    }

    /// - Returns: the record's LSN, or that of the one that was there before; nil when there is no room.
    mutating func place(_ entry: borrowing LogEntry, isNumbering: Bool, in log: SagaLog) throws(SagaLogError) -> UInt64?
    {
        guard !isNumbering else {
            var numbered = copy entry
            numbered.sequence = numbers.next
            return try place(numbered, isNumbering: false, in: log)
        }
        if let earlier = try numbers.earlier(entry, of: status) { return earlier }
        let time = sgs_unix_ns()
        let mark = mark(entry, after: status, time: time, in: log.view)
        guard let lsn = try log.writer.tryAppend(entry, run: status.run, mark: mark, time: time) else { return nil }
        numbers.append(entry, lsn: lsn)
        status.note(entry, lsn: lsn, time: time, epoch: log.epoch)
        return lsn
    }

    /// As ``place(_:isNumbering:in:)``, of a batch.
    /// - Returns: the last record's LSN.
    mutating func place(_ entries: [LogEntry], isNumbering: Bool, in log: SagaLog) throws(SagaLogError) -> UInt64? {
        let time = sgs_unix_ns()
        var after = status
        var frames = LogFrames()
        var added: [LogEntry] = []
        var repeated: UInt64 = 0
        for var entry in entries {
            if isNumbering { entry.sequence = numbers.next + UInt32(added.count) }
            if let earlier = try numbers.earlier(entry, of: after, beside: added) {
                repeated = max(repeated, earlier)
                continue
            }
            _ = try RecordFormat.length(of: entry, limit: log.writer.sink.maximumRecord)
            frames.append(entry, run: status.run, mark: mark(entry, after: after, time: time, in: log.view), time: time)
            added.append(entry)
            after.note(entry, lsn: 0, time: time, epoch: log.epoch)
        }
        guard !added.isEmpty else { return repeated }
        guard let first = try log.writer.tryAppend(frames) else { return nil }
        for (index, entry) in added.enumerated() { numbers.append(entry, lsn: first &+ UInt64(index)) }
        status = after
        status.lsn = LSN(first &+ UInt64(added.count) &- 1)
        return status.lsn.rawValue
    }

    private mutating func mark(
        _ entry: borrowing LogEntry, after status: borrowing RunStatus, time: UInt64, in mapped: MappedView?
    ) -> ViewMark {
        guard let mapped else { return ViewMark() }
        if view.slot == nil, !view.isUnmapped {
            let saga = entry.kind == .runStarted ? entry.name : ""
            view.slot = mapped.take(run: status.run, saga: saga, started: time)
            view.isUnmapped = view.slot == nil
        }
        if entry.kind.isOfStep, entry.name != status.step { view.step = mapped.intern(entry.name) }
        return ViewMark(slot: view.slot, step: view.step)
    }
}

extension RunStatus {
    /// As ``apply(_:)``, of what is written just now.
    mutating func note(_ entry: borrowing LogEntry, lsn: UInt64, time: UInt64, epoch: UInt32) {
        if started == 0 { started = time }
        if entry.kind == .runStarted { saga = entry.name }
        if entry.kind.isOfStep { (step, attempt) = (entry.name, entry.attempt) }
        (self.lsn, sequence, self.epoch, changed) = (LSN(lsn), entry.sequence, epoch, time)
        state = state.after(entry.kind)
    }
}
