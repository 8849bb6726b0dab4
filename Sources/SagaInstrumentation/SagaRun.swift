import CSagascope
import SagaTasks
import SagaTelemetry
import Synchronization

/// One run of a saga while it is open: what its steps and compensations have in common.
final class SagaRun: Sendable {
    let saga: String
    let id: TraceID
    /// `saga.run.id`, which everything recorded of the run names.
    let idText: String
    let attempt: Int
    let instruments: SagaInstruments
    /// nil while task tracking is off.
    let tracker: RunTracker?
    /// The run's span.
    let trace: TraceContext
    /// Its spans wait for its end, and not for that of a run around it.
    private let ownsHold: Bool
    /// Monotonic ns.
    let started: UInt64
    private let state: Mutex<State>

    private struct State {
        var occurrences: [Named: [Occurrence]] = [:]
        /// By the kind's raw value.
        var nextIndex = [Int](repeating: 0, count: 5)
        var lastProgress: UInt64
        var compensations = 0
        /// Steps whose compensation has failed and not succeeded since.
        var notCompensated: Set<String> = []
        /// The error told of last, and how many were before it.
        var reported = (serial: 0, error: "")
        var failure: Failure?
        var isEnded = false
    }

    /// An error that the run may end by, and what its tasks did when it arose.
    private struct Failure {
        let step: String?
        let error: ErrorClassification
        let look: FailureLook
    }

    private struct Named: Hashable {
        let name: String
        let kind: DerivedID.Kind
    }

    /// One step, compensation or task: a name that comes again without being a retry is a further one.
    private struct Occurrence {
        let index: Int
        var lastAttempt: Int
    }

    init(_ launch: SagaRunLaunch, parent: TraceContext?) {
        saga = launch.name
        attempt = launch.attempt
        let id = launch.key.map { [saga] in DerivedID.trace(saga: saga, id: $0) } ?? TraceID.random()
        self.id = id
        idText = id.description
        let span = DerivedID.span(run: id, what: DerivedID.hash(saga), attempt: attempt, kind: .run)
        trace = TraceContext.starting(span, below: parent, traceID: launch.resumes?.traceID ?? id).holdingUnsampledRun()
        ownsHold = trace.isHeld && parent?.isHeld != true
        instruments = SagaInstruments.of(saga)
        tracker = RunTracker.forRun(of: saga, id: idText)
        started = sgs_monotonic_ns()
        state = Mutex(State(lastProgress: started))
    }

    /// The run that this code belongs to.
    static var current: SagaRun? { SagaContext.current?.run as? SagaRun }

    /// - Parameter scope: of the step, in the table of tasks.
    func context(
        step: String? = nil, attempt stepAttempt: Int = 1, scope: UInt32? = nil, trace: TraceContext
    ) -> SagaContext {
        let tracking = tracker.map { SagaContext.Tracking(run: $0.handle, scope: scope ?? $0.scope) }
        return SagaContext(
            saga: saga, runID: id, runAttempt: attempt, step: step, stepAttempt: stepAttempt, trace: trace,
            tracking: tracking ?? SagaContext.Tracking(), run: self)
    }

    /// Runs a step's body, whose times count for the step meanwhile.
    func inStep<Result>(
        _ name: String, attempt: Int = 1, trace: TraceContext, isolation: isolated (any Actor)? = #isolation,
        _ body: () async -> Result
    ) async -> Result {
        guard let tracker else { return await withBound(context(step: name, attempt: attempt, trace: trace), body) }
        let scope = tracker.scope(ofStep: name)
        let before = RunTracker.enterStep(scope)
        let result = await withBound(context(step: name, attempt: attempt, scope: scope, trace: trace), body)
        RunTracker.leaveStep(before)
        return result
    }

    // MARK: steps

    /// Where an attempt stands in its run.
    struct Place {
        /// Its position among the run's steps (compensations, tasks): 0, 1, 2, …
        let index: Int
        let span: SpanID
        /// The attempt before this one.
        let previous: SpanID?
        /// What had been reported when it began.
        let reports: Int
    }

    /// A first attempt is a new occurrence, also under a name that was there before (a loop). A later attempt continues the
    /// first occurrence of its name that has come as far as the attempt before it.
    func begin(_ name: String, attempt: Int, kind: DerivedID.Kind) -> Place {
        state.withLock { state in
            state.lastProgress = sgs_monotonic_ns()
            let (number, index, isContinued) = Self.place(
                attempt, among: &state.occurrences[Named(name: name, kind: kind), default: []],
                next: &state.nextIndex[Int(kind.rawValue)])
            return Place(
                index: index, span: span(name, number, attempt, kind),
                previous: isContinued ? span(name, number, attempt - 1, kind) : nil, reports: state.reported.serial)
        }
    }

    private static func place(
        _ attempt: Int, among occurrences: inout [Occurrence], next: inout Int
    ) -> (number: Int, index: Int, isContinued: Bool) {
        if attempt > 1, let continued = occurrences.firstIndex(where: { $0.lastAttempt == attempt - 1 }) {
            occurrences[continued].lastAttempt = attempt
            return (continued, occurrences[continued].index, true)
        }
        defer { next += 1 }
        occurrences.append(Occurrence(index: next, lastAttempt: attempt))
        return (occurrences.count - 1, next, false)
    }

    /// The last attempt of the step begun last under this name: what a compensation undoes.
    func lastAttempt(of step: String) -> SpanID? {
        guard let occurrences = state.withLock({ $0.occurrences[Named(name: step, kind: .step)] }),
            let last = occurrences.last
        else { return nil }
        return span(step, occurrences.count - 1, last.lastAttempt, .step)
    }

    private func span(_ name: String, _ occurrence: Int, _ attempt: Int, _ kind: DerivedID.Kind) -> SpanID {
        let what = DerivedID.hash(name, seed: UInt64(truncatingIfNeeded: occurrence) << 32 | UInt64(self.attempt))
        return DerivedID.span(run: id, what: what, attempt: attempt, kind: kind)
    }

    func noteProgress() { state.withLock { $0.lastProgress = sgs_monotonic_ns() } }

    var lastProgress: UInt64 { state.withLock { $0.lastProgress } }

    // MARK: errors and compensations

    /// Whether this error is news. An error that passes through step, task and run is told of once, where it arose: outer
    /// scopes find that it was told of since they began.
    func isNews(_ error: ErrorClassification, since reports: Int) -> Bool {
        state.withLock { state in
            let text = Self.text(of: error)
            if state.reported.serial > reports, state.reported.error == text { return false }
            state.reported = (state.reported.serial + 1, text)
            return true
        }
    }

    private static func text(of error: ErrorClassification) -> String { error.errorType + "\u{0}" + error.message }

    /// An error has arisen that the run may end by: its tasks are looked at now, since those that wait for each other are gone
    /// when it has left them all.
    func lookAtFailure(_ error: ErrorClassification, step: String?) {
        // Of tasks that a failed one takes with it.
        if error.result == .cancellation, state.withLock({ $0.failure != nil }) { return }
        guard let look = tracker?.look() else { return }
        state.withLock { $0.failure = Failure(step: step, error: error, look: look) }
    }

    /// The error leaves the body of the saga; it has not, where it arose in a step, been looked at before.
    func lookAtFailure(leaving error: ErrorClassification) {
        let isKnown = state.withLock { $0.reported.error == Self.text(of: error) }
        if !isKnown { lookAtFailure(error, step: nil) }
    }

    private func writeFailure(_ result: SagaResult, _ error: ErrorClassification?) {
        guard let tracker else { return }
        let looked = state.withLock { state in
            defer { state.failure = nil }
            return state.failure
        }
        // Another one may have been looked at before.
        let isSame = error == nil || looked.map { Self.text(of: $0.error) } == error.map { Self.text(of: $0) }
        let error = error ?? looked?.error
        tracker.fail(
            result.rawValue, step: isSame ? looked?.step : nil, errorType: error?.errorType, message: error?.message,
            looked: looked?.look)
    }

    func beginCompensation() {
        let isFirst = state.withLock { state in
            guard !state.isEnded else { return false }
            state.compensations += 1
            return state.compensations == 1
        }
        if isFirst {
            // Whatever comes now, it is no success.
            trace.keepHeldRun()
            instruments.activeRunning.subtract()
            instruments.activeCompensating.add()
        }
        instruments.compensationPending.add()
    }

    func endCompensation(of step: String, failed: Bool) {
        instruments.compensationPending.subtract()
        state.withLock { state in
            if failed { state.notCompensated.insert(step) } else { state.notCompensated.remove(step) }
            state.lastProgress = sgs_monotonic_ns()
        }
    }

    var isCompensating: Bool { state.withLock { $0.compensations > 0 } }

    /// What the run's end means, given the error that left it.
    func result(_ error: ErrorClassification?) -> SagaResult {
        let (compensations, failed) = state.withLock { ($0.compensations, $0.notCompensated) }
        if !failed.isEmpty { return .compensationFailed }
        if compensations > 0 { return .compensated }
        return error?.result ?? .success
    }

    // MARK: begin and end

    func begin() {
        instruments.activeRunning.add()
        TelemetryEvent.emit(EventCatalogue.runStarted, context: trace) { event in
            event.set("saga.name", saga)
            event.set("saga.run.id", idText)
        }
    }

    func end(_ result: SagaResult, _ error: ErrorClassification?) {
        let wasCompensating = state.withLock { state in
            state.isEnded = true
            return state.compensations > 0
        }
        (wasCompensating ? instruments.activeCompensating : instruments.activeRunning).subtract()
        instruments.recordRun(sgs_monotonic_ns() &- started, result, errorType: error?.errorType)
        if result != .success {
            trace.keepHeldRun()
            writeFailure(result, error)
        }
        tracker?.close()
    }

    /// The run's own span has ended too.
    func close() {
        if ownsHold { trace.closeHeldRun() }
    }
}
