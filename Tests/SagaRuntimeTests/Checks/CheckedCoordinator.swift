import SagaLog
import SagaTelemetry
import Synchronization
import TestSupport

@testable import SagaRuntime

/// A coordinator on a log in memory, with one saga of two steps of which the second waits at a door; looks are made by hand.
final class CheckedCoordinator: Sendable {
    let log = MemoryLog()
    let store: MemoryStore
    let coordinator: SagaCoordinator
    let saga: Saga<String>
    let clock = VirtualClock()
    let doors: Doors

    /// What steps wait at, by the run's input.
    final class Doors: Sendable {
        private let state = Mutex<(doors: [String: Door], arrived: [String], undone: [String])>(([:], [], []))

        func door(of run: String) -> Door {
            state.withLock { state in
                if let known = state.doors[run] { return known }
                let made = Door()
                state.doors[run] = made
                return made
            }
        }

        func arrive(_ run: String) { state.withLock { $0.arrived.append(run) } }

        func undo(_ run: String) { state.withLock { $0.undone.append(run) } }

        func arrivals(of run: String) -> Int { state.withLock { $0.arrived.count { $0 == run } } }

        var undone: [String] { state.withLock(\.undone) }
    }

    /// - Parameter name: the saga's; metrics are told by it.
    init(
        _ name: String, policy: FindingPolicy = .report,
        _ change: (inout CoordinatorOptions) -> Void = { _ in }
    ) throws {
        let doors = Doors()
        self.doors = doors
        store = MemoryStore(self.log)
        saga = try Saga(name, input: String.self) {
            Step("reserve") { _ in
            } compensate: {
                doors.undo($0.input)
            }
            Step("ship") { context in
                doors.arrive(context.input)
                // A second attempt of it, after a repair, finds the door as it is.
                await doors.door(of: context.input).pass()
            } compensate: {
                doors.undo($0.input)
            }
        }
        var options = CoordinatorOptions()
        options.findingPolicy = policy
        options.grace = .zero
        change(&options)
        coordinator = try SagaCoordinator(
            log: store, sagas: [saga], options: options, world: RuntimeWorld(clock: RuntimeClock(clock)))
    }

    func id(_ run: String) -> TraceID { DerivedID.trace(saga: saga.name, id: run) }

    /// Begins it, and returns when its second step waits at its door and all before is durable.
    func begin(_ run: String) async throws -> Task<RunOutcome, any Error> {
        let task = Task { try await coordinator.run(saga, id: run, input: run) }
        _ = try await eventually("\(run) is at its door") {
            self.doors.arrivals(of: run) > 0 && self.coordinator.runs[self.id(run)]?.journal.settled != nil ? true : nil
        }
        return task
    }

    func live(_ run: String) throws -> LiveRun {
        struct Missing: Error {}
        guard let live = coordinator.runs[id(run)] else { throw Missing() }
        return live
    }

    /// What a broken program would have written, with the run's next number or another one.
    func force(
        _ kind: LogRecordKind, of run: String, name: String, step: UInt32 = 0, attempt: UInt16 = 1,
        skipping: UInt32 = 0,
        payload: [UInt8] = []
    ) {
        let next = UInt32(log.records(of: id(run)).count)
        log.force(
            LogEntry(kind, sequence: next + skipping, name: name, step: step, attempt: attempt, payload: payload),
            run: id(run))
    }

    func types() -> [RunFinding.Kind] { coordinator.findings.map(\.type) }

    func checks(_ type: RunFinding.Kind) -> Int {
        metric(
            MetricCatalogue.driftDetections,
            ["saga.name": .string(saga.name), "saga.drift.type": .string(type.rawValue)]) ?? 0
    }
}
