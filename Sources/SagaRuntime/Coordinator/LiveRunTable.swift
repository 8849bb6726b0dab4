import SagaTelemetry
import Synchronization

/// The runs of a coordinator: those in memory, those set aside, and how the last ones ended.
final class LiveRunTable: Sendable {
    private let state = Mutex(State())
    private let rememberedOutcomes: Int

    private struct State {
        var live: [TraceID: LiveRun] = [:]
        var quarantined: [TraceID: QuarantinedRun] = [:]
        var outcomes: [TraceID: RunOutcome] = [:]
        /// In the order of their ends; what is before `oldest` counts no more.
        var order: [TraceID] = []
        var oldest = 0
        /// Being made anew out of the log: neither side says anything of them.
        var takenUp: Set<TraceID> = []
        var isClosed = false
    }

    init(rememberedOutcomes: Int) { self.rememberedOutcomes = rememberedOutcomes }

    enum Claim {
        case mine
        case joined(LiveRun)
        case ended(RunOutcome)
    }

    /// - Throws: when the run was set aside, or nothing is taken any more.
    func claim(_ run: LiveRun) throws(SagaRuntimeError) -> Claim {
        try state.withLock { (state) throws(SagaRuntimeError) in
            if let live = state.live[run.id] { return .joined(live) }
            if let outcome = state.outcomes[run.id] { return .ended(outcome) }
            if let known = state.quarantined[run.id] { throw .quarantined(run: "\(run.id)", reason: known.reason) }
            if state.takenUp.contains(run.id) {
                throw .quarantined(run: "\(run.id)", reason: "it is just being made anew from its log")
            }
            if state.isClosed { throw .shuttingDown }
            state.live[run.id] = run
            return .mine
        }
    }

    func restore(_ run: LiveRun) { state.withLock { $0.live[run.id] = run } }

    /// Whether there is anything of it here.
    func knows(_ id: TraceID) -> Bool {
        state.withLock { $0.live[id] != nil || $0.quarantined[id] != nil || $0.takenUp.contains(id) }
    }

    func isBeingTakenUp(_ id: TraceID) -> Bool { state.withLock { $0.takenUp.contains(id) } }

    func beginTakingUp(_ id: TraceID) { state.withLock { _ = $0.takenUp.insert(id) } }

    /// The same of a run that nobody works on any more.
    /// - Returns: whether nobody else was before.
    func beginTakingUp(_ run: LiveRun) -> Bool {
        state.withLock { state in
            guard state.live[run.id] === run, state.takenUp.insert(run.id).inserted else { return false }
            state.live[run.id] = nil
            return true
        }
    }

    func endTakingUp(_ id: TraceID) { state.withLock { _ = $0.takenUp.remove(id) } }

    subscript(id: TraceID) -> LiveRun? { state.withLock { $0.live[id] } }

    var live: [LiveRun] { state.withLock { Array($0.live.values) } }

    func remove(_ run: LiveRun, _ outcome: RunOutcome? = nil) {
        state.withLock { if $0.live[run.id] === run { $0.live[run.id] = nil } }
        if let outcome { remember(outcome) }
    }

    func remember(_ outcome: RunOutcome) {
        state.withLock { state in
            guard rememberedOutcomes > 0 else { return }
            if state.outcomes.updateValue(outcome, forKey: outcome.run) == nil { state.order.append(outcome.run) }
            while state.outcomes.count > rememberedOutcomes {
                state.outcomes[state.order[state.oldest]] = nil
                state.oldest += 1
            }
            guard state.oldest > rememberedOutcomes else { return }
            state.order.removeFirst(state.oldest)
            state.oldest = 0
        }
    }

    var isClosed: Bool { state.withLock(\.isClosed) }

    /// Nothing more is taken.
    func close() { state.withLock { $0.isClosed = true } }

    // MARK: set aside

    func quarantine(_ run: QuarantinedRun) {
        let isNew = state.withLock { state in
            state.live[run.run] = nil
            return state.quarantined.updateValue(run, forKey: run.run) == nil
        }
        if isNew { RuntimeInstruments.quarantined(run: run.run, saga: run.saga, reason: run.reason) }
    }

    /// Somebody makes it anew: see ``beginTakingUp(_:)``.
    func release(_ id: TraceID) -> QuarantinedRun? {
        let run = state.withLock { state in
            guard let run = state.quarantined.removeValue(forKey: id) else { return QuarantinedRun?.none }
            state.takenUp.insert(id)
            return run
        }
        if let run { RuntimeInstruments.quarantined(-1, of: run.saga) }
        return run
    }

    var quarantined: [QuarantinedRun] { state.withLock { Array($0.quarantined.values) } }
}

/// A run that was set aside.
public struct QuarantinedRun: Sendable, Hashable {
    public let run: TraceID
    /// Empty when not even that could be read.
    public let saga: String
    public let reason: String
}
