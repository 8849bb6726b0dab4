import SagaInstrumentation
public import SagaLog
import SagaTelemetry
import Synchronization

/// Runs sagas on a durable log: what it has begun is brought to its end, whatever happens to the process.
///
/// ```swift
/// let coordinator = try SagaCoordinator(log: try SagaLog.open("saga-log"), sagas: [checkout])
/// let outcome = try await coordinator.run(checkout, id: order.id, input: order)
/// ```
/// It is a `Service`: in a `ServiceGroup` it takes over what an earlier process has left, compares its memory with the log, and
/// ends gracefully.
public final class SagaCoordinator: Sendable {
    let environment: RuntimeEnvironment
    let runs: LiveRunTable
    let definitions: SagaDefinitions
    let admission: AdmissionQueue
    let ledger: FindingLedger
    let recovery: Mutex<Task<RecoveryReport, any Error>?> = Mutex(nil)

    /// - Parameters:
    ///   - log: a ``SagaLog``, or another store. One log has one coordinator.
    ///   - sagas: of each saga, every version that has open runs.
    public convenience init(
        log: any SagaLogStore, sagas: [any SagaDefinition], options: CoordinatorOptions = CoordinatorOptions()
    ) throws(SagaRuntimeError) {
        try self.init(log: log, sagas: sagas, options: options, world: RuntimeWorld())
    }

    /// - Parameter world: what a simulation replaces.
    package init(
        log: any SagaLogStore, sagas: [any SagaDefinition], options: CoordinatorOptions, world: RuntimeWorld
    ) throws(SagaRuntimeError) {
        try options.validate()
        definitions = try SagaDefinitions(sagas)
        environment = RuntimeEnvironment(
            store: log, clock: world.clock, executor: world.executor, random: world.random, wall: world.wall,
            options: options, breakers: BreakerTable())
        ledger = FindingLedger(
            dumps: options.dumpDirectory.map { FindingDumps(directory: $0, store: log) })
        runs = LiveRunTable(rememberedOutcomes: options.rememberedOutcomes)
        do {
            admission = try AdmissionQueue(
                limit: options.maximumRuns, waiting: options.maximumWaiting, clock: world.clock)
        } catch { throw .invalidOption("\(error)") }
    }

    // MARK: running

    /// Brings a run of this saga to its end.
    ///
    /// A second call with the same id, at the same time or later, does nothing a second time: it waits for the first one's
    /// end, or answers it out of the log. Cancelling the task that has begun the run has the run undone; one that has joined
    /// just waits no longer.
    ///
    /// - Parameter id: the application's own, such as an order's number.
    /// - Returns: how it ended, be it a success or not.
    /// - Throws: ``SagaRuntimeError`` when it could not be begun, or not brought to an end in this process; CancellationError.
    public func run<Input>(_ saga: Saga<Input>, id: String, input: Input) async throws -> RunOutcome {
        try await recover()
        let live = try prepare(saga, id: id, input: input)
        switch try runs.claim(live) {
        case .ended(let outcome): return outcome
        case .joined(let other): return try await other.outcome.get(isCancellable: true)
        case .mine: break
        }
        begin(live)
        return try await withTaskCancellationHandler {
            try await live.outcome.get(isCancellable: false)
        } onCancel: {
            live.stop(.cancelled("the task that ran it was cancelled"))
        }
    }

    private func prepare<Input>(_ saga: Saga<Input>, id: String, input: Input) throws -> LiveRun {
        let blueprint = try definitions.definition(saga.name, version: saga.blueprint.version)
        let bytes: [UInt8]
        do { bytes = try JSONPayload.encode(input) } catch {
            throw SagaRuntimeError.unwritable(what: "the input of run \(id)", reason: "\(error)")
        }
        // With its place in the header, where quotes are escaped.
        guard 2 * bytes.count + id.utf8.count + 256 <= environment.store.maximumPayload else {
            throw SagaRuntimeError.unwritable(
                what: "the input of run \(id)",
                reason: "it has \(bytes.count) bytes, and the log takes \(environment.store.maximumPayload) in a record"
            )
        }
        let run = DerivedID.trace(saga: saga.name, id: id)
        let journal = RunJournal(
            run: run, graph: blueprint.graph, machine: RunMachine(steps: blueprint.graph.count), lsn: .none,
            store: environment.store)
        let started = environment.wall()
        return LiveRun(
            id: run, key: id, blueprint: blueprint, input: input, inputText: String(decoding: bytes, as: UTF8.self),
            journal: journal, deadline: blueprint.deadline.map { started.advancedOrMax(by: $0.inNanoseconds) },
            started: started)
    }

    /// A run that is new here: it may have been closed before this process began.
    private func begin(_ live: LiveRun) {
        let task = Task(name: "saga \(live.blueprint.name)", executorPreference: environment.executor) { [self] in
            do {
                if let known = try await closedOutcome(of: live) {
                    runs.remove(live, known)
                    return live.outcome.fill(.success(known))
                }
                try await admission.enter(live.blueprint.name)
            } catch {
                runs.remove(live)
                return live.outcome.fill(.failure(SagaRuntimeError(notBegun: error)))
            }
            await conduct(live, [live.firstRecord])
            admission.leave(live.blueprint.name)
        }
        live.goesForward(in: task)
    }

    func closedOutcome(of live: LiveRun) async throws -> RunOutcome? {
        try await closedOutcome(of: live.id, saga: live.blueprint.name, id: live.key)
    }

    func closedOutcome(of known: QuarantinedRun) async throws -> RunOutcome? {
        try await closedOutcome(of: known.run, saga: known.saga, id: "")
    }

    private func closedOutcome(of run: TraceID, saga: String, id: String) async throws -> RunOutcome? {
        guard let lsn = try await environment.store.closing(of: run) else { return nil }
        do {
            guard let record = try await environment.store.record(at: lsn), record.kind == .runClosed else {
                throw SagaRuntimeError.outcomeForgotten(run: "\(run)")
            }
            return try RunOutcome(saga: saga, id: id, run: run, payload: record.entry.payload)
        } catch SagaLogError.recycled {
            throw SagaRuntimeError.outcomeForgotten(run: "\(run)")
        }
    }

    /// Brings a run to its end, and tells all who wait for it.
    func conduct(_ live: LiveRun, _ opening: [RunJournal.Draft]) async {
        let resources = ResourceTable(
            saga: live.blueprint.name, run: live.id.description, clock: environment.clock,
            executor: environment.executor)
        let before = live.journal.machine.steps(in: .stuck).count
        let end = await ResourceTable.$current.withValue(resources) {
            let end = await RunDriver(live: live, environment: environment).drive(opening)
            _ = await resources.close(grace: environment.options.grace)
            return end
        }
        live.goesForward(in: nil)
        RuntimeInstruments.deadLetters(
            live.journal.machine.steps(in: .stuck).count - before, of: live.blueprint.name)
        switch end {
        case .success(let outcome) where outcome.deadLetters.isEmpty: runs.remove(live, outcome)
        case .success: break
        case .failure(.illegal(let record)):
            keep(
                ledger.dumps?.begin(
                    live.id, reason: "illegal_record", message: "\(record)", report: RunReport(live),
                    now: environment.clock.now))
            runs.quarantine(
                QuarantinedRun(run: live.id, saga: live.blueprint.name, reason: "\(record)"))
        case .failure:
            // Nothing was begun: it can be tried again. Otherwise it stays here, as it stays open in the log.
            if live.journal.machine.phase == .pending { runs.remove(live) }
        }
        live.ended(end)
    }
}

/// What the runtime takes of the world around it.
package struct RuntimeWorld: Sendable {
    package var clock: RuntimeClock
    package var executor: (any TaskExecutor)?
    package var random: @Sendable () -> UInt64
    /// Unix ns.
    package var wall: @Sendable () -> UInt64

    package init(
        clock: RuntimeClock = RuntimeClock(), executor: (any TaskExecutor)? = nil,
        random: @escaping @Sendable () -> UInt64 = { .random(in: .min ... .max) },
        wall: (@Sendable () -> UInt64)? = nil
    ) {
        self.clock = clock
        self.executor = executor
        self.random = random
        self.wall = wall ?? { WallClock.now }
    }
}

extension LiveRun {
    var firstRecord: RunJournal.Draft {
        let header = RunHeader(
            key: key, version: blueprint.version, graph: blueprint.graph.fingerprint, input: inputText,
            deadline: deadline)
        return RunJournal.Draft(kind: .runStarted, name: blueprint.name, payload: header.payload)
    }
}

extension SagaRuntimeError {
    /// Of a run of which nothing is in the log.
    init(notBegun error: any Error) {
        switch error {
        case let error as SagaRuntimeError: self = error
        case let error as SagaLogError: self = .log(error)
        case let error as AdmissionRefused: self = .refused(error)
        default: self = .notBegun
        }
    }
}
