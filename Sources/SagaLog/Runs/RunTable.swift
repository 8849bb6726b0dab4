import SagaTelemetry
import Synchronization

/// The log's open runs, and the last ones that were closed.
final class RunTable: Sendable {
    private let state = Mutex(State())
    private let rememberedRuns: Int

    private struct State {
        var open: [TraceID: LogRun] = [:]
        var closed: [TraceID: ClosedRun] = [:]
        /// In the order of their closing; `oldest` is the index of the first that still counts.
        var order: [TraceID] = []
        var oldest = 0
    }

    /// What remains of a run that was closed.
    struct ClosedRun: Sendable, Hashable {
        var sequence: UInt32
        var lsn: LSN
    }

    init(rememberedRuns: Int) { self.rememberedRuns = rememberedRuns }

    /// The run if it is open, or what it was closed with, or a new one.
    func run(_ id: TraceID, make: (ClosedRun?) -> LogRun) -> LogRun {
        state.withLock { state in
            if let run = state.open[id] { return run }
            let closed = state.closed[id]
            let run = make(closed)
            if closed == nil { state.open[id] = run }
            return run
        }
    }

    /// A run that was open when the log was opened.
    func restore(_ run: LogRun) { state.withLock { $0.open[run.id] = run } }

    /// The runs that are open, in no order.
    var open: [LogRun] { state.withLock { Array($0.open.values) } }

    func closing(of id: TraceID) -> LSN? { state.withLock { $0.closed[id]?.lsn } }

    func removeAll() { state.withLock { $0.open = [:] } }

    func close(_ id: TraceID, _ last: ClosedRun) {
        state.withLock { state in
            state.open[id] = nil
            guard rememberedRuns > 0 else { return }
            if state.closed.updateValue(last, forKey: id) == nil { state.order.append(id) }
            while state.closed.count > rememberedRuns {
                state.closed[state.order[state.oldest]] = nil
                state.oldest += 1
            }
            guard state.oldest > rememberedRuns else { return }
            state.order.removeFirst(state.oldest)
            state.oldest = 0
        }
    }
}
