internal import CSagascope
public import SagaTelemetry
import Synchronization

/// An open run of a saga in the log: its records, numbered 0, 1, 2, …
///
/// One for a run and log, however often it is asked for; any task may use it. A number that is there already is answered with
/// its record's LSN, so an append whose outcome is not known, or that is repeated after a restart, is safe to repeat.
public final class LogRun: Sendable {
    public let id: TraceID
    let log: SagaLog
    private let state: Mutex<State>

    private struct State {
        var status: RunStatus
        var numbers: RunNumbers
        var slot: UInt32?
        /// The last step's number in the view's list of names.
        var step: UInt16 = 0
    }

    init(_ status: RunStatus, numbers: RunNumbers, slot: UInt32?, log: SagaLog) {
        id = status.run
        self.log = log
        state = Mutex(State(status: status, numbers: numbers, slot: slot))
    }

    /// Where it stands, including what is not durable yet.
    public var status: RunStatus { state.withLock(\.status) }

    /// The number of its next record.
    public var nextSequence: UInt32 { state.withLock { $0.numbers.next } }

    // MARK: appending

    /// Writes a record and returns when it is durable.
    ///
    /// - Parameter epoch: of who asks; one that is over is refused. nil: the log's own.
    /// - Returns: its LSN, or that of the record that was there before with its number.
    @discardableResult
    public func commit(_ entry: LogEntry, epoch: UInt32? = nil) async throws(SagaLogError) -> LSN {
        let began = sgs_recording_ns()
        let lsn = try await place(entry, epoch)
        try await log.writer.durable(lsn)
        log.instruments.committed(nanoseconds: sgs_recording_ns() &- began)
        return LSN(lsn)
    }

    /// Writes a record and returns when it has its place: it is durable once ``SagaLog/durable(_:)`` of its LSN has
    /// returned, a few milliseconds later at most.
    @discardableResult
    public func append(_ entry: LogEntry, epoch: UInt32? = nil) async throws(SagaLogError) -> LSN {
        let lsn = try await place(entry, epoch)
        log.writer.noteAppended()
        return LSN(lsn)
    }

    /// As ``append(_:epoch:)``, without waiting for room.
    /// - Returns: nil when there is no room before the log has written some of what is under way.
    @discardableResult
    public func tryAppend(_ entry: LogEntry, epoch: UInt32? = nil) throws(SagaLogError) -> LSN? {
        guard let lsn = try tryPlace(entry, epoch) else { return nil }
        log.writer.noteAppended()
        return LSN(lsn)
    }

    private func place(_ entry: borrowing LogEntry, _ epoch: UInt32?) async throws(SagaLogError) -> UInt64 {
        while true {
            let ticket = log.writer.ticket
            if let lsn = try tryPlace(entry, epoch) { return lsn }
            await log.writer.awaitRoom(since: ticket)
        }
    }

    private func tryPlace(_ entry: borrowing LogEntry, _ epoch: UInt32?) throws(SagaLogError) -> UInt64? {
        try log.admit(epoch)
        let time = sgs_unix_ns()
        var isClosed = false
        let placed = try state.withLock { (state) throws(SagaLogError) -> UInt64? in
            if let earlier = try state.numbers.earlier(entry, of: state.status) { return earlier }
            let mark = log.mark(entry, after: state.status.state, slot: state.slot, step: &state.step)
            guard let lsn = try log.writer.tryAppend(entry, run: id, mark: mark, time: time) else { return nil }
            state.numbers.append(entry, lsn: lsn)
            state.status.note(entry, lsn: lsn, time: time, epoch: log.epoch)
            isClosed = state.status.state == .closed
            return lsn
        }
        if isClosed { log.closed(self) }
        return placed
    }

    /// Writes records as one batch: after a crash all of them are there, or none.
    /// - Returns: the last one's LSN when all are durable.
    @discardableResult
    public func commit(_ entries: [LogEntry], epoch: UInt32? = nil) async throws(SagaLogError) -> LSN {
        guard let first = entries.first else { return log.durable }
        if entries.count == 1 { return try await commit(first, epoch: epoch) }
        let began = sgs_recording_ns()
        var last: UInt64?
        while last == nil {
            let ticket = log.writer.ticket
            last = try tryPlace(entries, epoch)
            if last == nil { await log.writer.awaitRoom(since: ticket) }
        }
        try await log.writer.durable(last ?? 0)
        log.instruments.committed(nanoseconds: sgs_recording_ns() &- began)
        return LSN(last ?? 0)
    }

    /// Writes records as one batch, with the run's next numbers, without waiting for room.
    /// - Returns: the last one's LSN.
    func tryAppend(numbering entries: [LogEntry]) throws(SagaLogError) -> LSN? {
        guard let lsn = try tryPlace(entries, nil, isNumbering: true) else { return nil }
        log.writer.noteAppended()
        return LSN(lsn)
    }

    private func tryPlace(
        _ entries: [LogEntry], _ epoch: UInt32?, isNumbering: Bool = false
    ) throws(SagaLogError) -> UInt64? {
        try log.admit(epoch)
        let time = sgs_unix_ns()
        var isClosed = false
        let placed = try state.withLock { (state) throws(SagaLogError) -> UInt64? in
            var batch = Batch(after: state.status, step: state.step)
            for var entry in entries {
                if isNumbering { entry.sequence = state.numbers.next + UInt32(batch.entries.count) }
                if let earlier = try state.numbers.earlier(entry, of: batch.status, beside: batch.entries) {
                    batch.repeated = max(batch.repeated, earlier)
                    continue
                }
                let mark = log.mark(entry, after: batch.status.state, slot: state.slot, step: &batch.step)
                batch.frames.append(entry, run: id, mark: mark, time: time)
                batch.entries.append(entry)
                batch.status.note(entry, lsn: 0, time: time, epoch: log.epoch)
            }
            guard batch.frames.count > 0 else { return batch.repeated }
            guard let first = try log.writer.tryAppend(batch.frames) else { return nil }
            for (index, entry) in batch.entries.enumerated() {
                state.numbers.append(entry, lsn: first &+ UInt64(index))
            }
            (state.status, state.step) = (batch.status, batch.step)
            state.status.lsn = LSN(first &+ UInt64(batch.frames.count) &- 1)
            isClosed = state.status.state == .closed
            return state.status.lsn.rawValue
        }
        if isClosed { log.closed(self) }
        return placed
    }

    /// What a batch comes to, before it has its place.
    private struct Batch {
        var status: RunStatus
        var step: UInt16
        var frames = LogFrames()
        var entries: [LogEntry] = []
        /// The last of those that were there before.
        var repeated: UInt64 = 0

        init(after status: RunStatus, step: UInt16) {
            self.status = status
            self.step = step
        }
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
