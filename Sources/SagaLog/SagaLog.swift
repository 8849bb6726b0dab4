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
/// What ``LogRun/commit(_:epoch:)`` has returned for is there after a crash or a power cut, once and in order. Many tasks that
/// commit at once share one write and one sync. `docs/log.md` says what is promised and what is not.
public final class SagaLog: Sendable {
    public let directory: String
    public let options: SagaLogOptions
    /// One more than that of whoever wrote the log before.
    public let epoch: UInt32
    /// What was found when it was opened.
    public let opening: LogOpening

    let writer: LogWriter
    let instruments: LogInstruments
    let ledger: StageLedger
    let buffers = LogBuffers()
    let leases = LeaseTable()
    let view: MappedView?
    private let runs: RunTable
    private let lock: WriterLock
    private let supply: SegmentSupply
    private let snapshotter: Snapshotter
    /// There is room again, or none; a segment is full.
    private let (room, full) = (Alarm(), Alarm())
    /// The last durable record when it was opened.
    private let opened: UInt64

    // MARK: opening and closing

    /// Opens the log in this directory for writing, or begins one there.
    ///
    /// What a crash has left is mended, and told of in ``opening``; a log that is damaged is not opened.
    public static func open(_ directory: String, options: SagaLogOptions = SagaLogOptions()) throws(SagaLogError)
        -> SagaLog
    {
        try options.validate()
        try Directory.make(directory)
        let lock = try WriterLock(directory)
        let found = try Opening.read(directory, options)
        let log = try SagaLog(directory, options, lock, found)
        do { try log.begin(found) } catch {
            log.close()
            throw error
        }
        return log
    }

    private init(
        _ directory: String, _ options: SagaLogOptions, _ lock: WriterLock, _ found: Opening
    ) throws(SagaLogError) {
        self.directory = directory
        self.options = options
        self.lock = lock
        epoch = (found.end?.epoch ?? 0) + 1
        opened = found.end?.last.rawValue ?? 0
        let place = try WritingPlace(found.end, directory, options, epoch: epoch)
        instruments = LogInstruments()
        ledger = StageLedger(durable: opened, snapshotted: found.snapshot?.lsn.rawValue)
        var opening = LogOpening(found)
        (view, opening.viewFailure) = Self.makeView(directory, options, log: place.log, epoch: epoch)
        self.opening = opening
        runs = RunTable(rememberedRuns: options.rememberedRuns)
        let (room, full) = (room, full)
        supply = SegmentSupply(directory: directory, options: options) { room.ring() }
        snapshotter = Snapshotter(
            found, place, directory: directory, options: options, instruments: instruments, ledger: ledger,
            supply: supply)
        let sink = SegmentSink(
            place, directory: directory, supply: supply, bufferBytes: options.bufferBytes, epoch: epoch,
            changed: { full.ring() })
        let queue = CommitQueue(bufferBytes: options.bufferBytes, epoch: epoch)
        writer = LogWriter(
            sink: sink, queue: queue, durable: opened, options: options,
            observer: CommitLedger(
                directory: directory, epoch: epoch, stages: ledger, instruments: instruments, buffers: buffers,
                view: view,
                maximumDelay: UInt64(options.maximumDelay / .nanoseconds(1))))
        let (writer, snapshotter) = (writer, snapshotter)
        room.answer {
            sink.supplyChanged()
            writer.wake()
        }
        full.answer { snapshotter.segmentBegan { LSN(writer.waiters.durable) } }
        supply.fill()
    }

    /// Others cannot see the runs without it, and the log is whole: a full disk is no reason not to open it.
    private static func makeView(
        _ directory: String, _ options: SagaLogOptions, log: UInt64, epoch: UInt32
    ) -> (MappedView?, SagaLogError?) {
        guard options.viewSlots > 0 else { return (nil, nil) }
        do throws(SagaLogError) {
            let view = try MappedView(directory: directory, log: log, epoch: epoch, capacity: options.viewSlots)
            return (view, nil)
        } catch { return (nil, error) }
    }

    /// Goes on from what was found, and says so in the log.
    private func begin(_ found: Opening) throws(SagaLogError) {
        for (run, last) in found.state.closed.all {
            runs.close(run, RunTable.ClosedRun(sequence: last.sequence, lsn: last.lsn))
        }
        for status in found.state.runs {
            let numbers = RunNumbers(found.state.records(of: status.run))
            runs.restore(LogRun(OpenRun(status, numbers: numbers, slot: view?.restore(status)), log: self))
        }
        for record in found.state.leases.values { leases.restore(record) }
        try view?.appear()
        try supply.start()
        try snapshotter.start()
        try writer.start()
        try writer.appendNow(LogEntry(.opened, sequence: 0, name: "", payload: Array("\(getpid())".utf8)))
        instruments.observe(self)
        if let torn = found.end?.torn { LogInstruments.mended(torn, directory: directory) }
        for damage in found.damages { LogInstruments.damaged(damage, directory: directory) }
        if let snapshot = found.snapshot { instruments.foundSnapshot(taken: snapshot.taken) }
    }

    /// Makes durable what was appended before, and ends. Afterwards everything is refused. A log that is not closed keeps its
    /// directory locked until the process ends.
    public func close() {
        instruments.close()
        buffers.handOver(due: .max)
        writer.close()
        snapshotter.close()
        supply.close()
        view?.close()
        lock.release()
        // They know the log, and it knows them.
        runs.removeAll()
        room.silence()
        full.silence()
    }

    // MARK: writing

    /// The run of this id: open, or new. A closed one can be asked for too; it takes nothing more.
    public func run(_ id: TraceID) -> LogRun {
        runs.run(id) { closed in
            var status = RunStatus(run: id, saga: "")
            guard let closed else { return LogRun(OpenRun(status), log: self) }
            (status.state, status.lsn, status.sequence) = (.closed, closed.lsn, closed.sequence)
            return LogRun(
                OpenRun(status, numbers: RunNumbers(closedWith: closed.sequence, lsn: closed.lsn)), log: self)
        }
    }

    /// Where the log stands.
    public struct Position: Sendable, Hashable {
        /// The last record that has a place.
        public var appended: LSN
        /// The last record that is durable.
        public var durable: LSN
    }

    public var position: Position { Position(appended: LSN(writer.queue.lastReserved), durable: durable) }

    public var durable: LSN { LSN(writer.waiters.durable) }

    /// Returns when the record with this LSN, and so all before it, is durable.
    /// - Throws: ``SagaLogError/poisoned(operation:code:)`` when it is not known whether it is.
    public nonisolated(nonsending) func durable(_ lsn: LSN) async throws(SagaLogError) {
        try await writer.durable(lsn.rawValue)
    }

    /// Makes durable what was appended before.
    /// - Returns: the last record's LSN.
    @discardableResult public func flush() async throws(SagaLogError) -> LSN {
        let last = writer.queue.lastReserved
        try await writer.durable(last)
        return LSN(last)
    }

    /// A record of the log itself.
    func commit(_ entry: LogEntry) async throws(SagaLogError) -> LSN {
        while true {
            let ticket = writer.ticket
            guard let lsn = try writer.tryAppendControl(entry) else {
                await writer.awaitRoom(since: ticket)
                continue
            }
            try await writer.durable(lsn)
            return LSN(lsn)
        }
    }

    // MARK: snapshots

    /// Takes a snapshot of what is durable. One is taken after each full segment anyway (``SagaLogOptions/snapshotEvery``).
    ///
    /// - Parameter application: what the application keeps beside; nil: as in the one before.
    /// - Returns: the last record that is in it.
    @discardableResult
    public func takeSnapshot(application: [UInt8]? = nil) async throws(SagaLogError) -> LSN {
        if let failure = writer.failure { throw failure }
        return try await snapshotter.take(through: durable, application: application)
    }

    /// The newest snapshot that is sound.
    public func newestSnapshot() async throws(SagaLogError) -> LogSnapshot? {
        try snapshotter.newest().map { LogSnapshot($0) }
    }

    /// From here on nothing below this record may be recovered from: after a repair by hand, for example.
    /// - Throws: ``SagaLogError/snapshot(path:reason:)`` when no snapshot is as late as that.
    public func raiseMinimumRecoverable(to lsn: LSN) async throws(SagaLogError) {
        let newest = try snapshotter.newest()?.lsn ?? .none
        guard newest >= lsn else {
            throw .snapshot(path: directory, reason: "the newest one is of \(newest), before \(lsn): take one first")
        }
        let payload = withUnsafeBytes(of: lsn.rawValue.littleEndian) { Array($0) }
        _ = try await commit(LogEntry(.minimumRaised, sequence: 0, name: "", payload: payload))
    }

    // MARK: its stages

    /// The application has brought everything up to this record through a stage of its own: `applied` or `exported`.
    public func note(_ stage: LogStage, reached lsn: LSN) { ledger.note(stage, reached: lsn.rawValue) }

    /// How much each stage has before it; a stage that nothing was heard of is not there.
    public var lags: [LogStage: LogLag] {
        ledger.lags(
            appended: writer.queue.lastReserved, pendingBytes: writer.queue.waitingBytes, now: sgs_unix_ns())
    }

    var written: (records: UInt64, bytes: UInt64) { ledger.written(since: opened) }

    var unmappedRuns: Int {
        if let view { return Int(view.unmapped) }
        return opening.viewFailure == nil ? 0 : openRunStatus.count
    }

    // MARK: for the runs

    /// The runs that are open, in no order.
    var openRunStatus: [RunStatus] { runs.open.map(\.status).filter { $0.lsn > .none && $0.state != .closed } }

    func closingRecord(of run: TraceID) -> LSN? { runs.closing(of: run) }

    func admit(_ asked: UInt32?) throws(SagaLogError) {
        if let asked, asked != epoch { throw .fenced(epoch: asked, current: epoch) }
    }

    func closed(_ run: LogRun) {
        let status = run.status
        runs.close(run.id, RunTable.ClosedRun(sequence: status.sequence, lsn: status.lsn))
    }
}
