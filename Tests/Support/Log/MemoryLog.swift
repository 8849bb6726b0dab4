import SagaLog
import SagaTelemetry
import Synchronization

/// A log that is memory: what is in it survives its ``MemoryStore``s as a disk survives processes.
public final class MemoryLog: Sendable {
    private let state = Mutex(State())

    private struct State {
        var epoch: UInt32 = 0
        var records: [LogRecord] = []
        var closed: [TraceID: LSN] = [:]
        /// By run, in order.
        var runs: [TraceID: [LogRecord]] = [:]
        var snapshot: (lsn: LSN, application: [UInt8]?)?
        var leases: [String: LogLease] = [:]
        /// Those before it are gone.
        var first = LSN.first
    }

    public init() {}

    public var records: [LogRecord] { state.withLock(\.records) }

    public var epoch: UInt32 { state.withLock(\.epoch) }

    public var last: LSN { LSN(UInt64(state.withLock { $0.records.count })) }

    /// The records of a run, open or closed.
    public func records(of run: TraceID) -> [LogRecord] { state.withLock { $0.records.filter { $0.run == run } } }

    func begin() -> UInt32 {
        state.withLock { state in
            state.epoch += 1
            return state.epoch
        }
    }

    /// - Throws: what ``SagaLog`` throws for the same.
    func append(_ entries: [LogEntry], run: TraceID, epoch: UInt32) throws(SagaLogError) -> LSN {
        try state.withLock { (state) throws(SagaLogError) in
            guard epoch == state.epoch else { throw .fenced(epoch: epoch, current: state.epoch) }
            var own = state.runs[run] ?? []
            var answer = LSN.none
            var added: [LogEntry] = []
            for entry in entries {
                let next = UInt32(own.count + added.count)
                if entry.sequence < next {
                    guard Int(entry.sequence) < own.count else {
                        throw .conflict(sequence: entry.sequence, existing: .none)
                    }
                    let known = own[Int(entry.sequence)]
                    guard known.kind == entry.kind, known.entry.step == entry.step,
                        known.entry.attempt == entry.attempt
                    else { throw .conflict(sequence: entry.sequence, existing: known.lsn) }
                    answer = max(answer, known.lsn)
                    continue
                }
                if state.closed[run] != nil { throw .runClosed(run: "\(run)") }
                guard entry.sequence == next else { throw .sequenceGap(sequence: entry.sequence, expected: next) }
                added.append(entry)
            }
            let first = LSN(UInt64(state.records.count + 1))
            let batch = first...first.advanced(by: max(1, added.count) - 1)
            for (index, entry) in added.enumerated() {
                let record = LogRecord(
                    lsn: first.advanced(by: index), group: first, batch: batch, epoch: epoch,
                    time: UInt64(state.records.count + 1), run: run, entry: entry)
                state.records.append(record)
                own.append(record)
                if entry.kind == .runClosed { state.closed[run] = record.lsn }
                answer = record.lsn
            }
            state.runs[run] = own
            return answer
        }
    }

    /// Past all checks: what a broken program would have written.
    public func force(_ entry: LogEntry, run: TraceID) {
        state.withLock { state in
            let lsn = LSN(UInt64(state.records.count + 1))
            let record = LogRecord(
                lsn: lsn, group: lsn, batch: lsn...lsn, epoch: state.epoch, time: lsn.rawValue, run: run, entry: entry)
            state.records.append(record)
            state.runs[run, default: []].append(record)
            if entry.kind == .runClosed { state.closed[run] = lsn }
        }
    }

    /// Gives up the records up to this one.
    public func recycle(through lsn: LSN) { state.withLock { $0.first = lsn.advanced(by: 1) } }

    var first: LSN { state.withLock(\.first) }

    func closing(of run: TraceID) -> LSN? { state.withLock { $0.closed[run] } }

    var openRuns: [RunStatus] {
        state.withLock { state in
            state.runs.filter { state.closed[$0.key] == nil }.values.sorted { $0[0].lsn < $1[0].lsn }.map {
                var status = RunStatus($0[0])
                for record in $0.dropFirst() { status.apply(record) }
                return status
            }
        }
    }

    func snapshot(_ application: [UInt8]?) -> LSN {
        state.withLock { state in
            let lsn = LSN(UInt64(state.records.count))
            state.snapshot = (lsn, application ?? state.snapshot?.application)
            return lsn
        }
    }

    var newestSnapshot: LogSnapshot? {
        state.withLock { state in
            guard let (lsn, application) = state.snapshot else { return nil }
            var runs: [TraceID: [LogRecord]] = [:]
            for record in state.records.prefix(Int(lsn.rawValue)) {
                if record.kind == .runClosed {
                    runs[record.run] = nil
                } else if record.kind.isOfRun {
                    runs[record.run, default: []].append(record)
                }
            }
            let histories = runs.values.sorted { $0[0].lsn < $1[0].lsn }.map { records in
                var status = RunStatus(records[0])
                for record in records.dropFirst() { status.apply(record) }
                return RunHistory(status: status, records: records)
            }
            return LogSnapshot(lsn: lsn, epoch: state.epoch, taken: 1, runs: histories, application: application)
        }
    }
}

/// One process's hold of a ``MemoryLog``; it can be made to die at an append.
public final class MemoryStore: SagaLogStore {
    /// Where the process dies.
    public enum Death: Sendable, Hashable {
        /// At this append, 1 for the first: nothing of it is written.
        case before(Int)
        /// It is written, and nobody is told.
        case after(Int)
    }

    public let log: MemoryLog
    public let epoch: UInt32
    private let death: Death?
    /// Passes time, as a disk does.
    private let delay: @Sendable () async -> Void
    private let appends = Atomic<Int>(0)
    private let dead = Atomic<Bool>(false)
    private let unreadable = Atomic<Bool>(false)

    public init(
        _ log: MemoryLog, death: Death? = nil, maximumPayload: Int = 512 << 10,
        delay: @escaping @Sendable () async -> Void = {}
    ) {
        self.log = log
        self.maximumPayload = maximumPayload
        self.death = death
        self.delay = delay
        epoch = log.begin()
    }

    public var isDead: Bool { dead.load(ordering: .relaxed) }

    /// How many appends were asked for.
    public var count: Int { appends.load(ordering: .relaxed) }

    public func kill() { dead.store(true, ordering: .relaxed) }

    public let maximumPayload: Int

    public func append(_ entries: [LogEntry], run: TraceID, epoch: UInt32) async throws(SagaLogError) -> LSN {
        try live()
        let count = appends.add(1, ordering: .relaxed).newValue
        if death == .before(count) { kill() }
        try live()
        await delay()
        try live()
        let lsn = try log.append(entries, run: run, epoch: epoch)
        if death == .after(count) { kill() }
        try live()
        await delay()
        try live()
        return lsn
    }

    private func live() throws(SagaLogError) { if isDead { throw .poisoned(operation: "append", code: 5) } }

    public func durablePosition() async throws(SagaLogError) -> LSN {
        if isUnreadable { throw .unreadable(lsn: log.last) }
        return log.last
    }

    /// While it is true, nothing can be read on.
    public var isUnreadable: Bool {
        get { unreadable.load(ordering: .relaxed) }
        set { unreadable.store(newValue, ordering: .relaxed) }
    }

    public func closing(of run: TraceID) async throws(SagaLogError) -> LSN? { log.closing(of: run) }

    public func openRuns() async throws(SagaLogError) -> [RunStatus] { log.openRuns }

    public func records(from first: LSN) async throws(SagaLogError) -> Records {
        try live()
        return Records(log: log, next: max(first, .first), last: log.last)
    }

    public func tail(from first: LSN) async throws(SagaLogError) -> Records {
        Records(log: log, next: max(first, .first), last: nil)
    }

    public func takeSnapshot(application: [UInt8]?) async throws(SagaLogError) -> LSN { log.snapshot(application) }

    public func newestSnapshot() async throws(SagaLogError) -> LogSnapshot? { log.newestSnapshot }

    public func acquireLease(
        _ name: String, owner: String, for duration: Duration
    ) async throws(SagaLogError) -> LogLease? { nil }

    public func releaseLease(_ lease: LogLease) async throws(SagaLogError) {}

    public struct Records: AsyncSequence, AsyncIteratorProtocol, Sendable {
        let log: MemoryLog
        var next: LSN
        /// nil: of a tail.
        let last: LSN?

        public func makeAsyncIterator() -> Records { self }

        public mutating func next() async throws -> LogRecord? {
            if let last, next > last { return nil }
            while next > log.last {
                try Task.checkCancellation()
                await Task.yield()
            }
            if next < log.first { throw SagaLogError.recycled(lsn: next, first: log.first) }
            let record = log.records[Int(next.rawValue) - 1]
            next = next.advanced(by: 1)
            return record
        }
    }
}
