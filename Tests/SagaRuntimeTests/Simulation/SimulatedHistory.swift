import SagaInstrumentation
import SagaLog
import SagaParticipant
import SagaTelemetry
import Synchronization
import TestSupport

@testable import SagaRuntime

/// One history: a saga made at random, some runs of it, a line that fails, and a process that dies again and again. All of it
/// follows from the seed.
struct SimulatedHistory: Sendable {
    let world: SimulatedWorld
    let log = MemoryLog()
    let participant: SimulatedParticipant
    let plan: [PlannedStep]
    let runs: [String]
    /// Of every run.
    let deadline: Duration?
    /// How each process dies; the last one does not.
    let deaths: [MemoryStore.Death?]

    struct PlannedStep: Sendable {
        let name: String
        let after: [String]
        let isCompensable: Bool
        let timeout: Duration?
        let attempts: Int
    }

    /// - Parameter deaths: nil: made at random.
    init(seed: UInt64, deaths: [MemoryStore.Death]? = nil) {
        world = SimulatedWorld(seed: seed)
        let world = world
        var plan: [PlannedStep] = []
        for index in 0..<(1 + world.number(6)) {
            let after = plan.map(\.name).filter { _ in world.once(in: 2) }
            plan.append(
                PlannedStep(
                    name: "step-\(index)", after: after, isCompensable: !world.once(in: 6),
                    timeout: world.once(in: 2) ? .milliseconds(40 + world.number(200)) : nil,
                    attempts: 1 + world.number(4)))
        }
        self.plan = plan
        let declined = Set(plan.map(\.name).filter { _ in world.once(in: 8) })
        let cursed = Set(plan.map(\.name).filter { _ in world.once(in: 15) })
        participant = SimulatedParticipant(world, log, declined: declined, cursed: cursed)
        runs = (0..<(1 + world.number(3))).map { "order-\($0)" }
        deadline = world.once(in: 4) ? .milliseconds(20 + world.number(400)) : nil
        self.deaths =
            (deaths ?? (0..<world.number(4)).map { _ in
                world.once(in: 2) ? .before(1 + world.number(30)) : .after(1 + world.number(30))
            }).map { $0 } + [nil]
    }

    /// What the caller of each run was told, where it was told something.
    typealias Answers = [String: RunOutcome]

    /// Lives through all processes, on this thread.
    func live() throws -> (answers: Answers, reports: [RunReport]) {
        try world.run { [self] in
            var answers: Answers = [:]
            for death in deaths {
                let store = MemoryStore(log, death: death) { [world] in await world.pass(upTo: 5) }
                let (told, reports) = await process(store)
                answers.merge(told) { $1 }
                if !store.isDead { return (answers, reports) }
            }
            return (answers, [])
        }
    }

    /// One process, until it dies or nothing is left to be done.
    private func process(_ store: MemoryStore) async -> (Answers, [RunReport]) {
        guard let saga = try? saga(store), let coordinator = try? coordinator(store, saga) else { return ([:], []) }
        let answers = await withTaskGroup(of: (String, RunOutcome?).self) { group in
            for run in runs {
                // Somebody has it undone while it is under way, or when it is over.
                if world.once(in: 5) {
                    group.addTask(executorPreference: world.executor) {
                        await world.pass(upTo: 300)
                        try? coordinator.cancel(runID(run))
                        return (run, nil)
                    }
                }
                group.addTask(executorPreference: world.executor) {
                    await world.pass(upTo: 50)
                    do { return (run, try await coordinator.run(saga, id: run, input: run)) } catch {
                        if !store.isDead { print("\(run): \(error)") }
                        return (run, nil)
                    }
                }
            }
            return await group.reduce(into: Answers()) { if let outcome = $1.1 { $0[$1.0] = outcome } }
        }
        // Those that nobody has called for again.
        while !store.isDead, coordinator.runs.live.contains(where: { $0.outcome.value == nil }) {
            await world.pass(upTo: 100)
        }
        return (answers, coordinator.openRuns)
    }

    private func coordinator(_ store: MemoryStore, _ saga: Saga<String>) throws -> SagaCoordinator {
        var options = CoordinatorOptions()
        options.compensationRetry = RetryPolicy(attempts: 12, initial: .milliseconds(10))
        options.compensationTimeout = .seconds(5)
        options.grace = .milliseconds(20)
        return try SagaCoordinator(log: store, sagas: [saga], options: options, world: world.runtime)
    }

    func saga(_ store: MemoryStore) throws -> Saga<String> {
        try Saga("simulated", input: String.self, deadline: deadline) {
            for step in plan { make(step, store) }
        }
    }

    private func make(_ step: PlannedStep, _ store: MemoryStore) -> Step<String> {
        let participant = participant
        let call: @Sendable (StepContext<String>) async throws -> Void = {
            try await participant.call($0.call, from: store)
        }
        var made = step.isCompensable ? Step(step.name, call, compensate: call) : Step(step.name, call)
        if !step.isCompensable { made = made.notCompensated(because: "the plan says so") }
        if let timeout = step.timeout { made = made.timeout(timeout) }
        made.dependencies = step.after
        return made.retry(RetryPolicy(attempts: step.attempts, initial: .milliseconds(5)))
    }

    func runID(_ key: String) -> TraceID { DerivedID.trace(saga: "simulated", id: key) }
}
