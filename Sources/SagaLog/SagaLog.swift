internal import CSagascope
import Glibc
public import SagaTelemetry
import Synchronization

/// A durable log of sagas in a directory of its own.
///
/// ```swift
/// let log = try SagaLog.open("saga-log")
/// let run = log.run(id)
/// try await run.commit(LogEntry(.runStarted, sequence: 0, name: "checkout"))
/// try await run.commit(LogEntry(.stepCommitted, sequence: 1, name: "charge-card", payload: receipt))
/// ```
///
/// What ``LogRun/commit(_:epoch:)-(LogEntry,_)`` has returned for is there after a crash or a power cut, once and in order.
/// Many tasks that commit at once share one write and one sync.
public final class SagaLog: Sendable {
    public let directory: String
    public let options: SagaLogOptions
    /// One more than that of whoever wrote the log before.
    public let epoch: UInt32
    let writer: LogWriter
    let instruments: LogInstruments
    let ledger: StageLedger
    let buffers = LogBuffers()
    private let runs: RunTable
    private let lock: WriterLock
    /// The last durable record when it was opened.
    private let opened: UInt64
    private let supply: SegmentSupply

    /// Where the log stands.
    public struct Position: Sendable, Hashable {
        /// The last record that has a place.
        public var appended: LSN
        /// The last record that is durable.
        public var durable: LSN
    }

    public var position: Position { Position(appended: LSN(writer.queue.lastReserved), durable: durable) }

    public var durable: LSN { LSN(writer.waiters.durable) }

    // MARK: opening and closing

    /// Opens the log in this directory for writing, or begins one there.
    ///
    /// What a crash has left is mended, and told of in ``recovery``; a log that is damaged is not opened.
    public static func open(_ directory: String, options: SagaLogOptions = SagaLogOptions()) throws(SagaLogError)
        -> SagaLog
    {
        try options.validate()
        try Directory.make(directory)
        let lock = try WriterLock(directory)
        return try SagaLog(directory: directory, options: options, lock: lock)
    }

    private init(directory: String, options: SagaLogOptions, lock: WriterLock) throws(SagaLogError) {
        self.directory = directory
        self.options = options
        self.lock = lock
        epoch = 1
        opened = 0
        instruments = LogInstruments()
        ledger = StageLedger(durable: 0, snapshotted: nil)
        runs = RunTable(rememberedRuns: options.rememberedRuns)
        let alarm = Alarm()
        supply = SegmentSupply(directory: directory, options: options) { alarm.ring() }
        let first = try FirstSegment.make(
            in: directory, bytes: options.segmentBytes, log: UInt64.random(in: 1 ... .max), epoch: 1)
        let sink = SegmentSink(
            directory: directory, supply: supply, bufferBytes: options.bufferBytes, log: first.header.log, epoch: 1,
            current: first.segment, number: 1, start: SegmentHeader.bytes, changed: { _ in })
        let queue = CommitQueue(bufferBytes: options.bufferBytes, epoch: 1)
        writer = LogWriter(
            sink: sink, queue: queue, durable: 0, options: options,
            observer: CommitLedger(
                directory: directory, stages: ledger, instruments: instruments, buffers: buffers,
                maximumDelay: UInt64(options.maximumDelay / .nanoseconds(1))))
        supply.fill()
        let writer = writer
        alarm.answer {
            sink.supplyChanged()
            writer.wake()
        }
        do { try writer.start() } catch { throw error.at(directory) }
        instruments.observe(self)
    }

    /// Makes durable what was appended before, and ends. Afterwards everything is refused. A log that is not closed keeps its
    /// directory locked until the process ends.
    public func close() {
        instruments.close()
        buffers.handOver(due: .max)
        writer.close()
        supply.close()
        lock.release()
        // They know the log, and it knows them.
        runs.removeAll()
    }

    // MARK: writing

    /// The run of this id: open, or new. A closed one can be asked for too; it takes nothing more.
    public func run(_ id: TraceID) -> LogRun {
        runs.run(id) { closed in
            var status = RunStatus(run: id, saga: "")
            guard let closed else { return LogRun(status, numbers: RunNumbers(), slot: nil, log: self) }
            (status.state, status.lsn, status.sequence) = (.closed, closed.lsn, closed.sequence)
            return LogRun(
                status, numbers: RunNumbers(closedWith: closed.sequence, lsn: closed.lsn), slot: nil, log: self)
        }
    }

    /// Returns when the record with this LSN, and so all before it, is durable.
    /// - Throws: ``SagaLogError/poisoned(operation:code:)`` when it is not known whether it is.
    public func durable(_ lsn: LSN) async throws(SagaLogError) { try await writer.durable(lsn.rawValue) }

    /// Makes durable what was appended before.
    /// - Returns: the last record's LSN.
    @discardableResult public func flush() async throws(SagaLogError) -> LSN {
        let last = writer.queue.lastReserved
        try await writer.durable(last)
        return LSN(last)
    }

    // MARK: its stages

    /// The application has brought everything up to this record through a stage of its own: `applied` or `exported`.
    public func note(_ stage: LogStage, reached lsn: LSN) { ledger.note(stage, reached: lsn.rawValue) }

    var lags: [LogStage: StageLedger.Lag] {
        ledger.lags(
            appended: writer.queue.lastReserved, pendingBytes: writer.queue.waitingBytes, now: sgs_unix_ns())
    }

    var written: (records: UInt64, bytes: UInt64) { ledger.written(since: opened) }

    var unmappedRuns: Int { 0 }

    // MARK: for the runs

    func admit(_ asked: UInt32?) throws(SagaLogError) {
        if let asked, asked != epoch { throw .fenced(epoch: asked, current: epoch) }
    }

    func mark(_ entry: borrowing LogEntry, after state: RunState, slot: UInt32?, step: inout UInt16) -> ViewMark {
        ViewMark(slot: slot, step: step, state: state.after(entry.kind))
    }

    func closed(_ run: LogRun) {
        let status = run.status
        runs.close(run.id, RunTable.ClosedRun(sequence: status.sequence, lsn: status.lsn))
    }
}
