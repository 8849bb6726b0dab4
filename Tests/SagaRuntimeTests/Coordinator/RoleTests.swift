import SagaInstrumentation
import SagaLog
import SagaParticipant
import SagaTelemetry
import Synchronization
import TestSupport
import Testing

@testable import SagaRuntime

/// What tasks do in a coordinator: rows 1.a to 1.f and 2.4.
@Suite struct RoleTests {
    @Test("1.a Branches run side by side, and what follows waits for all of them")
    func branches() async throws {
        let (calls, both, other) = (CallLog(), Latch(), Latch())
        let saga = try Saga("branches", input: Int.self) {
            Parallel {
                Step("left") {
                    calls.note($0.call)
                    other.open()
                    await both.wait()
                }.notCompensated(because: "test")
                Step("right") {
                    calls.note($0.call)
                    // Would never be, were they run one after the other.
                    await other.wait()
                    both.open()
                }.notCompensated(because: "test")
            }
            Step("after") { calls.note($0.call) }.notCompensated(because: "test")
        }
        try await withCoordinator([saga]) { coordinator async throws in
            #expect(try await coordinator.run(saga, id: "1", input: 1).result == .success)
        }
        #expect(calls.steps(.action).last == "after" && calls.steps(.action).count == 3)
    }

    @Test("1.c What a branch throws reaches the coordinator, its callers and the log, as a report")
    func errorPropagation() async throws {
        let log = MemoryLog()
        let saga = try Saga("errors", input: Int.self) {
            Step("works") { _ in
            } compensate: { _ in
            }
            Step("breaks") { _ in throw OutOfOrder() }.retry(.at(once: 3)).notCompensated(because: "test")
        }
        let outcome = try await withCoordinator([saga], on: log) { coordinator async throws in
            try await coordinator.run(saga, id: "1", input: 1)
        }
        #expect(
            outcome.result == .compensated && outcome.error?.type.hasSuffix("OutOfOrder") == true
                && outcome.error?.result == "error")
        let failures = log.records.filter { $0.kind == .stepFailed }.compactMap(\.entry.failure)
        #expect(
            failures.map(\.isFinal) == [false, false, true]
                && failures.allSatisfy { $0.error.type.hasSuffix("OutOfOrder") })
        #expect(throws: SagaNotCompleted.self) { try outcome.requireSuccess() }
    }

    @Test("1.d A run's state changes by legal transitions alone, whoever asks for them at once")
    func stateRaces() async throws {
        let saga = try Saga("races", input: Int.self) {
            Step("one") { _ in
            } compensate: { _ in
            }
        }
        let graph = saga.blueprint.graph
        let log = MemoryLog()
        let journal = RunJournal(
            run: .random(), graph: graph, machine: RunMachine(steps: 1), lsn: .none, store: MemoryStore(log))
        try await journal.commit([
            RunJournal.Draft(kind: .runStarted, name: "races"), RunJournal.Draft(kind: .stepStarted, name: "one"),
        ])
        // A hundred tasks commit the same step: one of them does.
        let committed = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    (try? await journal.commit([RunJournal.Draft(kind: .stepCommitted, name: "one")])) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(committed == 1 && log.records.count == 3 && journal.machine.steps[0].state == .committed)
    }

    @Test("1.e A step is bounded, its result is always recorded, and a success is told as one")
    func safeLaunch() async throws {
        let clock = VirtualClock()
        let log = MemoryLog()
        let saga = try Saga("launch", input: Int.self) {
            Step("fast") { _ in }.timeout(.seconds(5)).notCompensated(because: "test")
            Step("hangs") { _ in try await clock.sleep(until: clock.now.advanced(by: .seconds(60)), tolerance: nil) }
                .timeout(.seconds(5)).retry(.none).notCompensated(because: "test")
        }
        let coordinator = try SagaCoordinator(
            log: MemoryStore(log), sagas: [saga], options: quickOptions(),
            world: RuntimeWorld(clock: RuntimeClock(clock)))
        async let outcome = coordinator.run(saga, id: "1", input: 1)
        // The step itself, and its timer.
        await clock.untilSleeping(2)
        clock.advance(by: .seconds(5))
        let result = try await outcome
        #expect(result.result == .timeout && result.error?.type == "deadline")
        #expect(log.records.contains { $0.kind == .stepCommitted && $0.entry.name == "fast" })
        #expect(log.records.contains { $0.kind == .stepFailed && $0.entry.name == "hangs" })
        await coordinator.shutdown()
    }

    @Test("1.f Pending compensations are in the log; one that gives up is a dead letter until somebody acts")
    func compensationQueue() async throws {
        let log = MemoryLog()
        let isRepaired = Atomic<Bool>(false)
        let tries = Atomic<Int>(0)
        let saga = try Saga("letters", input: Int.self) {
            Step("first") { _ in
            } compensate: { _ in
            }
            Step("stubborn") { _ in
            } compensate: { _ in
                tries.add(1, ordering: .relaxed)
                if !isRepaired.load(ordering: .relaxed) { throw OutOfOrder() }
            }
            Step("fails") { _ in throw Declined() }.notCompensated(because: "test")
        }
        let run = DerivedID.trace(saga: "letters", id: "1")
        try await withCoordinator([saga], on: log) { coordinator async throws in
            let outcome = try await coordinator.run(saga, id: "1", input: 1)
            #expect(outcome.result == .compensationFailed && outcome.deadLetters == ["stubborn"])
            #expect(tries.load(ordering: .relaxed) == 3)
            // The others were undone all the same.
            let report = try #require(coordinator.report(of: run))
            #expect(report.state == "suspended" && report.steps.map(\.state) == ["undone", "stuck", "refused"])
            // Once more, and it fails once more.
            #expect(try await coordinator.retry(run).result == .compensationFailed)
        }
        // The next process knows of it.
        isRepaired.store(true, ordering: .relaxed)
        try await withCoordinator([saga], on: log) { coordinator async throws in
            #expect(try await coordinator.recover().suspended == [run])
            let outcome = try await coordinator.retry(run)
            #expect(outcome.result == .compensated && coordinator.openRuns == [])
            #expect(try await coordinator.run(saga, id: "1", input: 1).result == .compensated)
        }
    }

    @Test("1.f A dead letter that somebody has dealt with by hand closes the run")
    func resolvedByHand() async throws {
        let saga = try Saga("letters", input: Int.self) {
            Step("stubborn") { _ in
            } compensate: { _ in
                throw OutOfOrder()
            }
            Step("stubborn too") { _ in
            } compensate: { _ in
                throw OutOfOrder()
            }
            Step("fails") { _ in throw Declined() }.notCompensated(because: "test")
        }
        let run = DerivedID.trace(saga: "letters", id: "1")
        try await withCoordinator([saga]) { coordinator async throws in
            _ = try await coordinator.run(saga, id: "1", input: 1)
            await #expect(throws: SagaRuntimeError.self) { try await coordinator.resolve(run, step: "fails") }
            #expect(
                try await coordinator.resolve(run, step: "stubborn", by: "operator")?.deadLetters == ["stubborn too"])
            #expect(try await coordinator.resolve(run, step: "stubborn too", by: "operator") == nil)
            #expect(coordinator.openRuns == [])
            await #expect(throws: SagaRuntimeError.self) { try await coordinator.retry(run) }
        }
    }

    @Test("2.4 The first error ends the siblings and is the one returned; no compensation is lost by another's error")
    func termination() async throws {
        let calls = CallLog()
        let saga = try Saga("ends", input: Int.self) {
            Step("before") {
                calls.note($0.call)
            } compensate: {
                calls.note($0.call)
            }
            Parallel {
                Step("hangs") {
                    calls.note($0.call)
                    try await Task.sleep(for: .seconds(86_400))
                } compensate: {
                    calls.note($0.call)
                    throw OutOfOrder()
                }
                Step("fails") { _ in
                    throw Declined()
                } compensate: {
                    calls.note($0.call)
                }
            }
        }
        let outcome = try await withCoordinator([saga]) { try await $0.run(saga, id: "1", input: 1) }
        #expect(outcome.error?.type == "declined" && outcome.deadLetters == ["hangs"])
        // Nothing is undone of what was refused; what hung is, and what came before them after it.
        #expect(calls.steps(.compensation) == ["hangs", "hangs", "hangs", "before"])
    }

    @Test("2.5 The trace id of a run is in each of its tasks, whoever made it, and in its compensations")
    func traceInEveryTask() async throws {
        let trail = Trail()
        let saga = try Saga("traced", input: Int.self) {
            Parallel {
                Step("left") { _ in
                    await trail.lookEverywhere()
                } compensate: { _ in
                    await trail.lookEverywhere()
                }
                Step("right") { _ in
                    await trail.lookEverywhere()
                } compensate: { _ in
                    trail.look()
                }
            }
            Step("fails") { _ in
                trail.look()
                throw Declined()
            }.timeout(.seconds(60)).notCompensated(because: "test")
        }
        let outcome = try await withCoordinator([saga]) { try await $0.run(saga, id: "1", input: 1) }
        #expect(outcome.result == .compensated)
        let all = trail.seen
        // Two looks in each of four tasks of three bodies, and in two more.
        #expect(all.count == 28)
        #expect(all.allSatisfy { $0 == outcome.run })
    }
}

/// The ids that code finds where it runs.
private final class Trail: Sendable {
    private let found = Mutex<[TraceID?]>([])

    var seen: [TraceID?] { found.withLock(\.self) }

    func look() { found.withLock { $0 += [SagaContext.current?.runID, TraceContext.active?.traceID] } }

    /// In this task, and in tasks of every kind that it makes.
    func lookEverywhere() async {
        look()
        async let child: Void = look()
        await child
        await Task { look() }.value
        await SagaTask.detached("detached") { self.look() }.value
    }
}
