internal import CSagascope
import SagaTelemetry
import Synchronization

/// Records that a task collects for its run, to be handed over as one batch: after a crash all of them are there, or none.
///
/// ```swift
/// try await withLogBuffer(of: run) {
///     LogBuffer.current?.append(.note, name: "picked", payload: item)
///     …
/// }                                   // durable here
/// ```
///
/// It is handed over when it is full, when its oldest record has waited for ``SagaLogOptions/maximumDelay``, and on
/// ``commit()``; each time what is there is a batch. A hand-over that fails keeps what was there, and the next ``commit()``
/// tells of it.
public final class LogBuffer: Sendable {
    /// The buffer of the task that this runs in.
    @TaskLocal public static var current: LogBuffer?

    /// What is handed over without being asked.
    public static let fullRecords = 256

    private let log: SagaLog
    private let run: LogRun
    private let state = Mutex(State())

    private struct State {
        var entries: [LogEntry] = []
        /// Monotonic ns of the oldest.
        var since: UInt64 = 0
        /// The last record that was handed over.
        var last = LSN.none
    }

    init(_ log: SagaLog, _ run: LogRun) {
        self.log = log
        self.run = run
    }

    /// Records that wait here.
    public var count: Int { state.withLock { $0.entries.count } }

    /// Adds a record. Its number is the run's next one when it is handed over.
    public func append(
        _ kind: LogRecordKind, name: String, step: UInt32 = 0, attempt: UInt16 = 1, trace: LogTrace = LogTrace(),
        payload: [UInt8] = []
    ) {
        let entry = LogEntry(
            kind, sequence: 0, name: name, step: step, attempt: attempt, trace: trace, payload: payload)
        let count = state.withLock { state in
            if state.entries.isEmpty { state.since = sgs_monotonic_ns() }
            state.entries.append(entry)
            return state.entries.count
        }
        log.ledger.noteBuffered(1)
        if count == 1 {
            log.buffers.add(self)
            log.writer.noteAppended()
        }
        // What goes wrong is told of on commit.
        if count >= Self.fullRecords { _ = try? handOver() }
    }

    /// Makes durable what was added before.
    /// - Returns: the last record's LSN; ``LSN/none`` when there never was one.
    @discardableResult public func commit() async throws(SagaLogError) -> LSN {
        while true {
            let ticket = log.writer.ticket
            if try handOver() { break }
            await log.writer.awaitRoom(since: ticket)
        }
        let last = state.withLock(\.last)
        if last > .none { try await log.durable(last) }
        return last
    }

    /// - Parameter due: hands over only if the oldest is from before, in monotonic ns.
    /// - Returns: whether nothing is left here; false when there was no room.
    @discardableResult func handOver(due: UInt64 = .max) throws(SagaLogError) -> Bool {
        let handed = try state.withLock { (state) throws(SagaLogError) -> Int? in
            guard !state.entries.isEmpty else { return 0 }
            guard state.since <= due, let lsn = try run.tryAppend(numbering: state.entries) else { return nil }
            defer { state.entries.removeAll(keepingCapacity: true) }
            state.last = lsn
            return state.entries.count
        }
        guard let handed else { return false }
        log.ledger.noteBuffered(-handed)
        return true
    }
}

/// Runs `body` with a buffer of its own, and returns when what was added to it is durable. If `body` throws, what it added
/// before is kept all the same.
public func withLogBuffer<Result>(
    of run: LogRun, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
) async throws -> Result {
    let buffer = LogBuffer(run.log, run)
    do {
        let result = try await LogBuffer.$current.withValue(buffer) { try await body() }
        try await buffer.commit()
        return result
    } catch {
        try await buffer.commit()
        throw error
    }
}

/// The buffers that have records, so that the log's thread can hand over what has waited for long.
final class LogBuffers: Sendable {
    private let known = Mutex<[ObjectIdentifier: LogBuffer]>([:])

    func add(_ buffer: LogBuffer) { known.withLock { $0[ObjectIdentifier(buffer)] = buffer } }

    var isEmpty: Bool { known.withLock(\.isEmpty) }

    /// - Parameter due: those whose oldest record is from before, in monotonic ns.
    func handOver(due: UInt64) {
        for buffer in known.withLock({ Array($0.values) }) {
            // Kept, and told of by its task's commit.
            _ = try? buffer.handOver(due: due)
            known.withLock { if buffer.count == 0 { $0[ObjectIdentifier(buffer)] = nil } }
        }
    }
}
