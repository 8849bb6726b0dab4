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
    private let state: Mutex<OpenRun>

    init(_ state: OpenRun, log: SagaLog) {
        id = state.status.run
        self.log = log
        self.state = Mutex(state)
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
    public nonisolated(nonsending) func commit(
        _ entry: LogEntry, epoch: UInt32? = nil
    ) async throws(SagaLogError) -> LSN {
        let began = sgs_recording_ns()
        let ticket = log.writer.ticket
        var placed = try tryPlace(entry, epoch)
        if placed == nil { placed = try await place(entry, epoch, since: ticket) }
        let lsn = placed ?? 0
        try await log.writer.durable(lsn)
        log.instruments.committed(nanoseconds: sgs_recording_ns() &- began)
        return LSN(lsn)
    }

    /// Writes a record with the run's next number, and returns when it is durable: for tasks of one run that write side by side.
    /// After an unknown outcome it cannot be repeated safely, as it gets another number then.
    @discardableResult
    public nonisolated(nonsending) func commit(
        _ kind: LogRecordKind, name: String, step: UInt32 = 0, attempt: UInt16 = 1, trace: LogTrace = LogTrace(),
        payload: [UInt8] = []
    ) async throws(SagaLogError) -> LSN {
        let began = sgs_recording_ns()
        let entry = LogEntry(
            kind, sequence: 0, name: name, step: step, attempt: attempt, trace: trace, payload: payload)
        let ticket = log.writer.ticket
        var placed = try tryPlace(entry, nil, isNumbering: true)
        if placed == nil { placed = try await place(entry, nil, isNumbering: true, since: ticket) }
        let lsn = placed ?? 0
        try await log.writer.durable(lsn)
        log.instruments.committed(nanoseconds: sgs_recording_ns() &- began)
        return LSN(lsn)
    }

    /// Writes a record and returns when it has its place: it is durable once ``SagaLog/durable(_:)`` of its LSN has
    /// returned, a few milliseconds later at most.
    @discardableResult
    public nonisolated(nonsending) func append(
        _ entry: LogEntry, epoch: UInt32? = nil
    ) async throws(SagaLogError) -> LSN {
        let ticket = log.writer.ticket
        var placed = try tryPlace(entry, epoch)
        if placed == nil { placed = try await place(entry, epoch, since: ticket) }
        let lsn = placed ?? 0
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

    /// After an attempt that found no room.
    private func place(
        _ entry: borrowing LogEntry, _ epoch: UInt32?, isNumbering: Bool = false, since ticket: CommitQueue.Ticket
    ) async throws(SagaLogError) -> UInt64 {
        var ticket = ticket
        while true {
            await log.writer.awaitRoom(since: ticket)
            ticket = log.writer.ticket
            if let lsn = try tryPlace(entry, epoch, isNumbering: isNumbering) { return lsn }
        }
    }

    private func tryPlace(
        _ entry: borrowing LogEntry, _ epoch: UInt32?, isNumbering: Bool = false
    ) throws(SagaLogError) -> UInt64? {
        try log.admit(epoch)
        let (placed, isClosed) = try state.withLock { (state) throws(SagaLogError) -> (UInt64?, Bool) in
            (try state.place(entry, isNumbering: isNumbering, in: log), state.status.state == .closed)
        }
        if isClosed, placed != nil { log.closed(self) }
        return placed
    }

    /// Writes records as one batch: after a crash all of them are there, or none.
    /// - Returns: the last one's LSN when all are durable.
    @discardableResult
    public nonisolated(nonsending) func commit(
        _ entries: [LogEntry], epoch: UInt32? = nil
    ) async throws(SagaLogError) -> LSN {
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
        let (placed, isClosed) = try state.withLock { (state) throws(SagaLogError) -> (UInt64?, Bool) in
            (try state.place(entries, isNumbering: isNumbering, in: log), state.status.state == .closed)
        }
        if isClosed, placed != nil { log.closed(self) }
        return placed
    }
}
