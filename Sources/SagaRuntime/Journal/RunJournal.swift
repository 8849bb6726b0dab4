import SagaLog
import SagaTelemetry
import Synchronization

/// Writes the records of one run, in order, and knows where the run stands: what is on its way to the log, and what is durable.
///
/// Tasks of the run that write at once share an append: whoever finds none under way makes one, the others' records go with
/// the next. Nothing illegal is ever written.
final class RunJournal: Sendable {
    let run: TraceID
    let graph: StepGraph
    private let store: any SagaLogStore
    private let state: Mutex<State>

    private struct State {
        /// With what is on its way, and without.
        var planned: RunMachine
        var durable: RunMachine
        /// Of the last durable record.
        var lsn: LSN
        var waiting: [LogEntry] = []
        var waiters: [Waiter] = []
        var isWriting = false
        var failure: SagaRuntimeError?
    }

    private typealias Waiter = UnsafeContinuation<Turn, Never>

    private enum Turn: Sendable {
        case written(Result<LSN, SagaRuntimeError>)
        /// These are to be written by whoever is resumed with them.
        case write([LogEntry], with: [Waiter])
    }

    init(run: TraceID, graph: StepGraph, machine: RunMachine, lsn: LSN, store: any SagaLogStore) {
        self.run = run
        self.graph = graph
        self.store = store
        state = Mutex(State(planned: machine, durable: machine, lsn: lsn))
    }

    /// A record before it has its number.
    struct Draft: Sendable {
        var kind: LogRecordKind
        var name: String
        var step = 0
        var attempt = 1
        var payload: [UInt8] = []
        /// Of a step: others are not begun any more.
        var isFinalFailure = false
    }

    /// Where the run stands, as far as it is durable.
    var machine: RunMachine { state.withLock(\.durable) }

    /// The same, and its last record.
    var standing: (machine: RunMachine, lsn: LSN) { state.withLock { ($0.durable, $0.lsn) } }

    /// The same with what is on its way.
    var plannedMachine: RunMachine { state.withLock(\.planned) }

    /// Where the run will stand when these are written too; as it stands, if they cannot be.
    func machine(after drafts: [Draft]) -> RunMachine {
        state.withLock { state in
            var machine = state.planned
            _ = try? Self.number(drafts, LogTrace(), &machine, in: graph)
            return machine
        }
    }

    /// Nothing is written from here on.
    func stop(_ error: SagaRuntimeError) { state.withLock { $0.failure = $0.failure ?? error } }

    /// The same, if the run still stands there and nothing is on its way.
    /// - Parameter standing: nil: wherever it stands.
    /// - Returns: whether it was so.
    func stop(_ error: SagaRuntimeError, at standing: RunStanding?) -> Bool {
        state.withLock { state in
            if let standing {
                guard !state.isWriting, RunStanding(machine: state.durable, lsn: state.lsn) == standing else {
                    return false
                }
            }
            state.failure = state.failure ?? error
            return true
        }
    }

    /// Has memory say something else than the log: for tests.
    func distort(_ change: (_ machine: inout RunMachine, _ lsn: inout LSN) -> Void) {
        state.withLock { state in
            change(&state.durable, &state.lsn)
            state.planned = state.durable
        }
    }

    /// What it is compared by: nothing is on its way, and this is its last record.
    var settled: (machine: RunMachine, lsn: LSN)? {
        state.withLock { $0.isWriting || $0.failure != nil ? nil : ($0.durable, $0.lsn) }
    }

    var failure: SagaRuntimeError? { state.withLock(\.failure) }

    /// Writes these records as one batch, and returns when they are durable.
    /// - Returns: an LSN up to which the log is durable, these records included.
    @discardableResult
    func commit(_ drafts: [Draft]) async throws(SagaRuntimeError) -> LSN {
        let trace = LogTrace.active
        let turn = await withUnsafeContinuation { (continuation: Waiter) in
            let turn = state.withLock { state -> Turn? in
                do throws(SagaRuntimeError) {
                    if let failure = state.failure { throw failure }
                    state.waiting += try Self.number(drafts, trace, &state.planned, in: graph)
                } catch { return .written(.failure(error)) }
                guard !state.isWriting else {
                    state.waiters.append(continuation)
                    return nil
                }
                state.isWriting = true
                defer { state.waiting = [] }
                return .write(state.waiting, with: [])
            }
            if let turn { continuation.resume(returning: turn) }
        }
        switch turn {
        case .written(let result): return try result.get()
        case .write(let entries, let others): return try await write(entries, with: others)
        }
    }

    /// The records with their numbers: all of them legal, or none.
    private static func number(
        _ drafts: [Draft], _ trace: LogTrace, _ planned: inout RunMachine, in graph: StepGraph
    ) throws(SagaRuntimeError) -> [LogEntry] {
        var machine = planned
        var entries: [LogEntry] = []
        for draft in drafts {
            let entry = LogEntry(
                draft.kind, sequence: machine.records, name: draft.name, step: UInt32(draft.step),
                attempt: UInt16(clamping: draft.attempt), trace: trace, payload: draft.payload)
            do { try machine.apply(entry, in: graph) } catch { throw .illegal(error) }
            entries.append(entry)
        }
        planned = machine
        return entries
    }

    private func write(_ entries: [LogEntry], with others: [Waiter]) async throws(SagaRuntimeError) -> LSN {
        let result: Result<LSN, SagaRuntimeError>
        var written = 0
        do throws(SagaLogError) {
            var last = LSN.none
            for part in parts(of: entries) {
                last = try await store.append(Array(entries[part]), run: run, epoch: store.epoch)
                written = part.upperBound
            }
            result = .success(last)
        } catch { result = .failure(.log(error)) }
        let (next, turn, refused) = state.withLock { state in settle(&state, entries.prefix(written), result) }
        for other in others { other.resume(returning: .written(result)) }
        for waiter in refused { waiter.resume(returning: .written(result)) }
        next?.resume(returning: turn)
        return try result.get()
    }

    /// Batches that the log can take: mostly one. Each record follows from those before it, so that more are as good.
    private func parts(of entries: [LogEntry]) -> [Range<Int>] {
        var (parts, first, bytes) = ([Range<Int>](), 0, 0)
        for (index, entry) in entries.enumerated() {
            // With its header and its name.
            let record = entry.payload.count + 512
            if index > first, bytes + record > store.maximumPayload {
                parts.append(first..<index)
                (first, bytes) = (index, 0)
            }
            bytes += record
        }
        return parts + [first..<entries.count]
    }

    /// Who writes next, and what; and who waits for nothing any more.
    private func settle(
        _ state: inout State, _ written: ArraySlice<LogEntry>, _ result: Result<LSN, SagaRuntimeError>
    ) -> (next: Waiter?, turn: Turn, refused: [Waiter]) {
        let (waiting, waiters) = (state.waiting, state.waiters)
        (state.waiting, state.waiters) = ([], [])
        for entry in written {
            // It was legal after the same records when it was numbered.
            do { try state.durable.apply(entry, in: graph) } catch { state.failure = .illegal(error) }
        }
        switch result {
        case .success(let lsn):
            state.lsn = lsn
            guard let next = waiters.first else {
                state.isWriting = false
                return (nil, .written(result), [])
            }
            return (next, .write(waiting, with: Array(waiters.dropFirst())), [])
        case .failure(let error):
            // What is in the log is not known, unless it was refused: then nothing can be written after it.
            if error.isRefusal { state.planned = state.durable } else { state.failure = state.failure ?? error }
            state.isWriting = false
            return (nil, .written(result), waiters)
        }
    }
}

extension SagaRuntimeError {
    /// Nothing was written, and something else may be.
    var isRefusal: Bool {
        if case .log(.outOfSpace) = self { true } else { false }
    }
}
