import CSagascope
import SagaTasks
import SagaTelemetry
import Synchronization

/// One run of a saga while it is open: what its steps and compensations have in common.
final class SagaRun: Sendable {
    let saga: String
    let id: TraceID
    let attempt: Int
    let instruments: SagaInstruments
    /// nil while task tracking is off.
    let tracker: RunTracker?
    /// The run's span.
    let trace: TraceContext
    /// Monotonic ns.
    let started: UInt64
    private let state: Mutex<State>

    private struct State {
        /// Per step name, and per kind of what bears it: how many there were.
        var occurrences: [Named: Occurrence] = [:]
        var nextIndex: [DerivedID.Kind: Int] = [:]
        var lastProgress: UInt64
        var compensations = 0
        var failedCompensations = 0
        var hasReportedError = false
    }

    private struct Named: Hashable {
        let name: String
        let kind: DerivedID.Kind
    }

    private struct Occurrence {
        var count = 0
        var index = 0
        var lastAttempt = 1
    }

    init(saga: String, key: String?, attempt: Int, parent: TraceContext?) {
        self.saga = saga
        self.attempt = attempt
        let id = key.map { DerivedID.trace(saga: saga, id: $0) } ?? TraceID.random()
        self.id = id
        let span = DerivedID.span(run: id, what: DerivedID.hash(saga), attempt: attempt, kind: .run)
        trace = parent?.child(span) ?? TraceContext(traceID: id, spanID: span)
        instruments = SagaInstruments.of(saga)
        tracker = TaskTracking.tracker(saga: saga)
        started = sgs_monotonic_ns()
        state = Mutex(State(lastProgress: started))
    }

    /// The run that this code belongs to.
    static var current: SagaRun? { SagaContext.current?.run as? SagaRun }

    func context(step: String? = nil, attempt stepAttempt: Int = 1, trace: TraceContext) -> SagaContext {
        SagaContext(
            saga: saga, runID: id, runAttempt: attempt, step: step, stepAttempt: stepAttempt, trace: trace, run: self)
    }

    // MARK: steps

    /// Where an attempt stands in its run.
    struct Place {
        /// Its position among the run's steps (compensations, tasks): 0, 1, 2, …
        let index: Int
        let span: SpanID
        /// The attempt before this one.
        let previous: SpanID?
    }

    /// A first attempt is a new step, also under a name that was there before (a loop); a later attempt is one of the step
    /// begun last under its name.
    func begin(_ name: String, attempt: Int, kind: DerivedID.Kind) -> Place {
        let occurrence = state.withLock { state -> Occurrence in
            state.lastProgress = sgs_monotonic_ns()
            var occurrence = state.occurrences[Named(name: name, kind: kind)] ?? Occurrence()
            if attempt <= 1 || occurrence.count == 0 {
                occurrence.count += 1
                occurrence.index = state.nextIndex[kind, default: 0]
                state.nextIndex[kind] = occurrence.index + 1
            }
            occurrence.lastAttempt = attempt
            state.occurrences[Named(name: name, kind: kind)] = occurrence
            return occurrence
        }
        return Place(
            index: occurrence.index, span: span(name, occurrence.count, attempt, kind),
            previous: attempt > 1 ? span(name, occurrence.count, attempt - 1, kind) : nil)
    }

    /// The last attempt of the step begun last under this name: what a compensation undoes.
    func lastAttempt(of step: String) -> SpanID? {
        let occurrence = state.withLock { $0.occurrences[Named(name: step, kind: .step)] }
        return occurrence.map { span(step, $0.count, $0.lastAttempt, .step) }
    }

    private func span(_ name: String, _ occurrence: Int, _ attempt: Int, _ kind: DerivedID.Kind) -> SpanID {
        let what = DerivedID.hash(name, seed: UInt64(truncatingIfNeeded: occurrence) << 32 | UInt64(self.attempt))
        return DerivedID.span(run: id, what: what, attempt: attempt, kind: kind)
    }

    func noteProgress() { state.withLock { $0.lastProgress = sgs_monotonic_ns() } }

    var lastProgress: UInt64 { state.withLock { $0.lastProgress } }

    // MARK: errors and compensations

    /// True for the first who asks: one error that passes through step, task and run is one exception event.
    func shallReportError() -> Bool {
        state.withLock { state in
            defer { state.hasReportedError = true }
            return !state.hasReportedError
        }
    }

    /// A retry may report its own error again.
    func clearReportedError() { state.withLock { $0.hasReportedError = false } }

    func beginCompensation() {
        let isFirst = state.withLock { state in
            state.compensations += 1
            return state.compensations == 1
        }
        if isFirst {
            instruments.activeRunning.subtract()
            instruments.activeCompensating.add()
        }
        instruments.compensationPending.add()
    }

    func endCompensation(failed: Bool) {
        instruments.compensationPending.subtract()
        state.withLock { state in
            if failed { state.failedCompensations += 1 }
            state.lastProgress = sgs_monotonic_ns()
        }
    }

    var isCompensating: Bool { state.withLock { $0.compensations > 0 } }

    /// What the run's end means, given the error that left it.
    func result(_ error: ErrorClassification?) -> SagaResult {
        let (compensations, failed) = state.withLock { ($0.compensations, $0.failedCompensations) }
        if failed > 0 { return .compensationFailed }
        if compensations > 0 { return .compensated }
        return error?.result ?? .success
    }

    // MARK: begin and end

    func begin() {
        instruments.activeRunning.add()
        LiveRuns.shared.insert(self)
        TelemetryEvent.emit(EventCatalogue.runStarted, context: trace) { event in
            event.set("saga.name", saga)
            event.set("saga.run.id", id.description)
        }
    }

    func end(_ result: SagaResult, _ error: ErrorClassification?) {
        (isCompensating ? instruments.activeCompensating : instruments.activeRunning).subtract()
        instruments.recordRun(sgs_monotonic_ns() &- started, result, errorType: error?.errorType)
        tracker?.close()
        LiveRuns.shared.remove(self)
    }
}
