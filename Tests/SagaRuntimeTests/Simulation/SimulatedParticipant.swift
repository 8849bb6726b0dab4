import SagaInstrumentation
import SagaLog
import SagaParticipant
import SagaTelemetry
import Synchronization
import TestSupport

@testable import SagaRuntime

/// Everything that the steps of simulated sagas ask for: a database behind a barrier, at the end of a bad line.
final class SimulatedParticipant: Sendable {
    struct Effect: Hashable, Sendable {
        let run: TraceID
        let step: String
    }

    /// What has happened there, in order.
    struct Event: Hashable, Sendable {
        enum Kind: Hashable, Sendable {
            /// A step's body, or its compensation's, was called; the log had so many records.
            case called(BarrierOperation, records: Int)
            /// It has taken effect, or has been taken back.
            case performed(BarrierOperation)
        }

        let effect: Effect
        let kind: Kind
    }

    struct LineDown: Error {}

    struct Declined: SagaError {
        var sagaResult: SagaResult { .failure }
    }

    private let world: SimulatedWorld
    private let log: MemoryLog
    private let database = MemoryParticipant<Set<Effect>>([])
    private let barrier = Barrier(MemoryBarrierStore<Set<Effect>>())
    private let history = Mutex<[Event]>([])
    /// Steps that the business refuses, and compensations that never succeed.
    let declined: Set<String>
    let cursed: Set<String>

    init(_ world: SimulatedWorld, _ log: MemoryLog, declined: Set<String>, cursed: Set<String>) {
        self.world = world
        self.log = log
        self.declined = declined
        self.cursed = cursed
    }

    var events: [Event] { history.withLock(\.self) }

    var inForce: Set<Effect> { get throws { try database.write { $0.state } } }

    /// One call over the line: it may be late, doubled, lost on its way there or back.
    /// - Parameter store: of the process that calls; when that is dead, nothing leaves it, and nothing reaches it.
    func call(_ call: StepCall, from store: MemoryStore) async throws {
        let effect = Effect(run: call.run, step: call.step)
        if store.isDead { throw LineDown() }
        note(Event(effect: effect, kind: .called(call.operation, records: log.records.count)))
        await world.pass(upTo: 20)
        if store.isDead || world.once(in: 12) { throw LineDown() }
        // It is on its way: whatever becomes of the caller, it arrives; and sometimes twice.
        for _ in 0...(world.once(in: 10) ? 1 : 0) {
            let arrival = Task(executorPreference: world.executor) { [self] in
                await world.pass(upTo: world.once(in: 10) ? 3_000 : 30)
                return Result { try deliver(call, effect) }
            }
            let answer = await arrival.value
            if world.once(in: 12) || store.isDead { throw LineDown() }
            try answer.get()
        }
    }

    private func deliver(_ call: StepCall, _ effect: Effect) throws {
        let key = try BarrierKey(call.idempotencyKey, for: call.operation)
        switch call.operation {
        case .action:
            if declined.contains(call.step) { throw Declined() }
            let outcome = try database.write { transaction in
                try barrier.perform(key, in: transaction) {
                    transaction.state.insert(effect)
                    return 1
                }
            }
            if case .performed = outcome { note(Event(effect: effect, kind: .performed(.action))) }
        case .compensation:
            if cursed.contains(call.step) { throw LineDown() }
            let outcome = try database.write { transaction in
                try barrier.compensate(key, in: transaction) { _ = transaction.state.remove(effect) }
            }
            if case .performed = outcome { note(Event(effect: effect, kind: .performed(.compensation))) }
        }
    }

    private func note(_ event: Event) { history.withLock { $0.append(event) } }
}
