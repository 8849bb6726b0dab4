import SagaLog
import SagaTelemetry
import Synchronization

/// A run that the coordinator has in memory: from its first call, or from recovery, until it is closed.
final class LiveRun: Sendable {
    let id: TraceID
    /// The application's own id of it.
    let key: String
    let blueprint: SagaBlueprint
    let input: any Sendable
    /// As it stands in the log.
    let inputText: String
    let journal: RunJournal
    /// Unix ns; nil: none.
    let deadline: UInt64?
    /// Under which the run's first process recorded it, of a run that was taken over.
    let resumes: TraceContext?
    /// Unix ns.
    let started: UInt64
    let outcome = OutcomeBox()

    private let state: Mutex<State>

    private struct State {
        var outputs: StepOutputs
        var gate: LaunchGate
        var stop: StopReason?
        var forward: Task<Void, Never>?
        /// The first error, which the run ends by.
        var error: RecordedError?
        /// Where the driver's end goes when the run's no longer depends on it.
        var superseded: OutcomeBox?
    }

    init(
        id: TraceID, key: String, blueprint: SagaBlueprint, input: any Sendable, inputText: String, journal: RunJournal,
        deadline: UInt64?, started: UInt64, resumes: TraceContext? = nil, outputs: StepOutputs = StepOutputs(),
        error: RecordedError? = nil
    ) {
        self.id = id
        self.key = key
        self.blueprint = blueprint
        self.input = input
        self.inputText = inputText
        self.journal = journal
        self.deadline = deadline
        self.started = started
        self.resumes = resumes
        let gate = LaunchGate(graph: blueprint.graph, version: blueprint.version)
        state = Mutex(State(outputs: outputs, gate: gate, error: error))
    }

    // MARK: stopping

    /// Ends what is under way, and has the run undone (or left to the next process). The first reason counts.
    func stop(_ reason: StopReason) {
        let forward = state.withLock { state in
            if state.stop == nil { state.stop = reason }
            return state.forward
        }
        forward?.cancel()
    }

    var stopReason: StopReason? { state.withLock(\.stop) }

    /// The task to be cancelled by ``stop(_:)``; nil: none any more.
    func goesForward(in task: Task<Void, Never>?) {
        let isStopped = state.withLock { state in
            state.forward = task
            return state.stop != nil
        }
        if isStopped { task?.cancel() }
    }

    /// How the run ends is not its driver's to say any more.
    /// - Returns: the driver's own end; nil when there is no driver, or somebody has asked before.
    func supersede() -> OutcomeBox? {
        guard outcome.value == nil else { return nil }
        return state.withLock { state in
            guard state.superseded == nil else { return nil }
            let driver = OutcomeBox()
            state.superseded = driver
            return driver
        }
    }

    /// The driver has ended.
    func ended(_ end: OutcomeBox.Value) { (state.withLock(\.superseded) ?? outcome).fill(end) }

    // MARK: what is known of it

    var outputs: StepOutputs { state.withLock(\.outputs) }

    func note(output: [UInt8], of step: String) {
        if !output.isEmpty { state.withLock { $0.outputs[step] = output } }
    }

    var error: RecordedError? { state.withLock(\.error) }

    /// The first one stays: others follow from it.
    func note(_ error: RecordedError) { state.withLock { if $0.error == nil { $0.error = error } } }

    // MARK: the gate

    /// - Parameter machine: where the run will stand when what is on its way is durable.
    func admit(_ step: Int, _ machine: RunMachine, now: UInt64, wall: UInt64) -> LaunchGate.Verdict {
        state.withLock { state in
            let view = view(machine, state.stop, wall: wall)
            return state.gate.admit(step, view, now: now)
        }
    }

    /// The last look before a step's body.
    func confirm(_ pass: LaunchGate.Pass, wall: UInt64) -> LaunchGate.Rejection? {
        let machine = journal.machine
        return state.withLock { $0.gate.confirm(pass, view(machine, $0.stop, wall: wall)) }
    }

    func waited(_ step: Int, now: UInt64) -> UInt64? { state.withLock { $0.gate.waited(step, now: now) } }

    private func view(_ machine: RunMachine, _ stop: StopReason?, wall: UInt64) -> LaunchGate.View {
        LaunchGate.View(
            machine: machine, version: blueprint.version, isCancelled: stop != nil && stop != .deadline,
            isOverDeadline: stop == .deadline || deadline.map { wall >= $0 } ?? false)
    }
}
