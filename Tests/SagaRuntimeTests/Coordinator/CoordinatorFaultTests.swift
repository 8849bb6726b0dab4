import FoundationEssentials
import SagaInstrumentation
import SagaLog
import SagaParticipant
import SagaTelemetry
import Synchronization
import TestSupport
import Testing

@testable import SagaRuntime

@Suite struct CoordinatorFaultTests {
    private func saga(version: Int = 1, _ steps: String..., body: @escaping @Sendable () async throws -> Void = {})
        throws
        -> Saga<Int>
    {
        try Saga("faulty", version: version, input: Int.self) {
            for step in steps {
                Step(step) { _ in
                    try await body()
                } compensate: { _ in
                }
            }
        }
    }

    private let run = DerivedID.trace(saga: "faulty", id: "1")

    /// Leaves one run open in a log, after its first step.
    private func leave(_ log: MemoryLog, _ saga: Saga<Int>) async throws {
        let store = MemoryStore(log, death: .after(2))
        try await withCoordinator([saga], store: store) { coordinator async throws in
            await #expect(throws: SagaRuntimeError.log(.poisoned(operation: "append", code: 5))) {
                try await coordinator.run(saga, id: "1", input: 1)
            }
        }
    }

    @Test func anOpenRunGoesOnWithItsOwnVersion() async throws {
        let log = MemoryLog()
        let (old, new) = (try saga(version: 1, "a", "b"), try saga(version: 2, "b", "a", "c"))
        try await leave(log, old)
        try await withCoordinator([old, new], on: log) { coordinator async throws in
            #expect(try await coordinator.recover().resumed == [run])
            #expect(try await coordinator.run(old, id: "1", input: 1).result == .success)
            #expect(try await coordinator.run(new, id: "2", input: 1).result == .success)
        }
    }

    @Test func aDefinitionThatHasChangedUnderItsRunsSetsThemAside() async throws {
        let log = MemoryLog()
        let (old, changed) = (try saga("a", "b"), try saga("x", "b"))
        try await leave(log, old)
        try await withCoordinator([changed], on: log) { coordinator async throws in
            let reason = try #require(try await coordinator.recover().quarantined.first?.reason)
            #expect(reason.contains("has changed since it began") && reason.contains("step 0 is x in the definition"))
            await #expect(throws: SagaRuntimeError.self) { try await coordinator.run(changed, id: "1", input: 1) }
            // The others go on.
            #expect(try await coordinator.run(changed, id: "2", input: 1).result == .success)
            #expect(coordinator.report(of: run)?.state == "quarantined")
        }
        // Without any definition of it, and then with the right one.
        try await withCoordinator([try saga(version: 9, "a")], on: log) { coordinator async throws in
            #expect(try await coordinator.recover().quarantined.first?.reason.contains("version 1, is unknown") == true)
        }
        try await withCoordinator([old], on: log) { coordinator async throws in
            #expect(try await coordinator.run(old, id: "1", input: 1).result == .success)
        }
    }

    @Test func aRunWhosePayloadIsCorruptIsSetAsideAndOthersGoOn() async throws {
        let log = MemoryLog()
        let saga = try saga("a", "b")
        try await leave(log, saga)
        let sick = DerivedID.trace(saga: "faulty", id: "sick")
        log.force(LogEntry(.runStarted, sequence: 0, name: "faulty", payload: Array("{no".utf8)), run: sick)
        let illegal = DerivedID.trace(saga: "faulty", id: "illegal")
        log.force(LogEntry(.stepStarted, sequence: 0, name: "a"), run: illegal)
        try await withCoordinator([saga], on: log) { coordinator async throws in
            let report = try await coordinator.recover()
            #expect(report.resumed == [run] && Set(report.quarantined.map(\.run)) == [sick, illegal])
            #expect(try await coordinator.run(saga, id: "1", input: 1).result == .success)
            // Taking it up again finds it as it is.
            await #expect(throws: SagaRuntimeError.self) { try await coordinator.retry(sick) }
            #expect(coordinator.openRuns.count == 2)
        }
    }

    @Test func twoCoordinatorsOnOneLog() async throws {
        try await withTemporaryDirectory { directory in
            let log = try SagaLog.open(directory.path + "/log")
            defer { log.close() }
            #expect(throws: SagaLogError.self) { try SagaLog.open(directory.path + "/log") }
        }
        // A store that machines share: the older epoch is fenced.
        let log = MemoryLog()
        let saga = try saga("a")
        try await withCoordinator([saga], on: log) { older async throws in
            try await withCoordinator([saga], on: log) { newer async throws in
                await #expect(throws: SagaRuntimeError.log(.fenced(epoch: 1, current: 2))) {
                    try await older.run(saga, id: "1", input: 1)
                }
                #expect(try await newer.run(saga, id: "1", input: 1).result == .success)
            }
        }
    }

    @Test func manyCallersOfOneRunAreOneRun() async throws {
        let calls = Atomic<Int>(0)
        let saga = try saga("a") { calls.add(1, ordering: .relaxed) }
        try await withCoordinator([saga]) { coordinator async throws in
            let outcomes = try await withThrowingTaskGroup(of: RunOutcome.self) { group in
                for _ in 0..<200 { group.addTask { try await coordinator.run(saga, id: "1", input: 1) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(outcomes).count == 1 && calls.load(ordering: .relaxed) == 1)
        }
    }

    @Test func manyRunsAreCancelledAtOnce() async throws {
        // A hundred thousand take some gigabytes.
        let count = ProcessInfo.processInfo.environment["TEST_TORTURE"] == nil ? 5_000 : 100_000
        let log = MemoryLog()
        let (undone, begun) = (CallCounter(), CallCounter())
        let saga = try Saga("crowd", input: Int.self) {
            Step("a") { _ in
                begun.count()
                try await Task.sleep(for: .seconds(86_400))
            } compensate: { _ in
                undone.count()
            }
        }
        var options = quickOptions()
        options.maximumRuns = 1 << 20
        options.rememberedOutcomes = 0
        try await withCoordinator([saga], on: log, options: options) { coordinator async throws in
            let crowd = Task {
                await withTaskGroup(of: SagaResult?.self) { group in
                    for number in 0..<count {
                        group.addTask { try? await coordinator.run(saga, id: "\(number)", input: number).result }
                    }
                    return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
                }
            }
            while begun.value < count { try await Task.sleep(for: .milliseconds(20)) }
            crowd.cancel()
            #expect(await crowd.value == [.compensated: count])
            #expect(undone.value == count && coordinator.openRuns.isEmpty)
        }
    }

    @Test func aShutdownLeavesTheRestToTheNextProcess() async throws {
        let log = MemoryLog()
        let isOpen = Atomic<Bool>(false)
        let saga = try Saga("long", input: Int.self) {
            Step("first") { _ in
            } compensate: { _ in
                Issue.record("undone")
            }
            Step("waits") { _ in
                if !isOpen.load(ordering: .relaxed) { try await Task.sleep(for: .seconds(86_400)) }
            } compensate: { _ in
                Issue.record("undone")
            }
        }
        let coordinator = try SagaCoordinator(log: MemoryStore(log), sagas: [saga], options: quickOptions())
        let caller = Task { try await coordinator.run(saga, id: "1", input: 1) }
        while log.records.count < 4 { try await Task.sleep(for: .milliseconds(1)) }
        await coordinator.shutdown()
        await #expect(throws: SagaRuntimeError.shuttingDown) { try await caller.value }
        await #expect(throws: SagaRuntimeError.shuttingDown) { try await coordinator.run(saga, id: "2", input: 1) }
        isOpen.store(true, ordering: .relaxed)
        try await withCoordinator([saga], on: log) { next async throws in
            #expect(try await next.run(saga, id: "1", input: 1).result == .success)
        }
    }

    @Test func aStepThatHeedsNothingIsLeftBehind() async throws {
        let (latch, begun) = (Latch(), Latch())
        let undone = CallCounter()
        let saga = try Saga("deaf", input: Int.self) {
            Step("hears nothing") { _ in
                begun.open()
                await latch.wait()
            } compensate: { _ in
                undone.count()
            }
        }
        var options = quickOptions()
        options.grace = .zero
        try await withCoordinator([saga], options: options) { coordinator async throws in
            async let outcome = coordinator.run(saga, id: "1", input: 1)
            await begun.wait()
            try coordinator.cancel(DerivedID.trace(saga: "deaf", id: "1"))
            #expect(try await outcome.result == .compensated && undone.value == 1)
        }
        latch.open()
    }

    @Test func aRunThatWasOverItsDeadlineBeforeItBeganIsATimeout() async throws {
        let clock = VirtualClock()
        let log = MemoryLog()
        let saga = try Saga("late", input: Int.self, deadline: .seconds(5)) {
            Step("first") { _ in
            } compensate: { _ in
            }
            Step("second") { _ in
            } compensate: { _ in
            }
        }
        let wall = Atomic<UInt64>(1_000_000_000_000)
        func world() -> RuntimeWorld {
            RuntimeWorld(clock: RuntimeClock(clock), wall: { wall.load(ordering: .relaxed) })
        }
        let dying = try SagaCoordinator(
            log: MemoryStore(log, death: .after(2)), sagas: [saga], options: quickOptions(), world: world())
        _ = try? await dying.run(saga, id: "1", input: 1)
        wall.add(6_000_000_000, ordering: .relaxed)
        let next = try SagaCoordinator(
            log: MemoryStore(log), sagas: [saga], options: quickOptions(), world: world())
        let outcome = try await next.run(saga, id: "1", input: 1)
        #expect(outcome.result == .compensated && outcome.error?.result == "timeout")
    }

    @Test func twoWhoResolveAtOnceCloseTheRun() async throws {
        let saga = try Saga("two", input: Int.self) {
            Step("a") { _ in
            } compensate: { _ in
                throw OutOfOrder()
            }
            Step("b") { _ in
            } compensate: { _ in
                throw OutOfOrder()
            }
            Step("fails") { _ in throw Declined() }.notCompensated(because: "test")
        }
        for number in 0..<50 {
            try await withCoordinator([saga]) { coordinator async throws in
                let run = DerivedID.trace(saga: "two", id: "\(number)")
                #expect(try await coordinator.run(saga, id: "\(number)", input: 1).deadLetters == ["a", "b"])
                await withTaskGroup(of: Void.self) { group in
                    for step in ["a", "b"] {
                        group.addTask {
                            // Another one may be at it.
                            while coordinator.report(of: run)?.deadLetters.contains(step) == true {
                                if (try? await coordinator.resolve(run, step: step)) != nil { return }
                                await Task.yield()
                            }
                        }
                    }
                }
                #expect(coordinator.openRuns == [])
            }
        }
    }

    @Test func aDeepDefinitionIsUndoneInTime() async throws {
        let saga = try Saga("deep", input: Int.self) {
            Step("first") { _ in
            } compensate: { _ in
            }
            Step("fails") { _ in throw Declined() }.notCompensated(because: "test")
            for layer in 0..<40 {
                Parallel {
                    for branch in 0..<4 {
                        Step("\(layer).\(branch)") { _ in
                        } compensate: { _ in
                        }
                    }
                }
            }
        }
        try await withCoordinator([saga]) { coordinator async throws in
            #expect(try await coordinator.run(saga, id: "1", input: 1).result == .compensated)
        }
    }

    @Test func answersThatDoNotFitTogetherAreLeftOutOfTheLastRecord() async throws {
        let (one, two) = (StepKey<String>("one"), StepKey<String>("two"))
        // Each fits, and in the last record all of them are escaped once more.
        let saga = try Saga("full", input: Int.self) {
            for key in [one, two] {
                Step(key) { _ in String(repeating: "\"", count: 10 << 10) }.notCompensated(because: "test")
            }
        }
        let log = MemoryLog()
        let store = MemoryStore(log, maximumPayload: 64 << 10)
        let outcome = try await withCoordinator([saga], store: store) { try await $0.run(saga, id: "1", input: 1) }
        let answer = try outcome.output(of: two)
        #expect(outcome.result == .success && answer?.utf8.count == 10 << 10)
        try await withCoordinator([saga], on: log) { next async throws in
            let known = try await next.run(saga, id: "1", input: 1)
            let answer = try known.output(of: two)
            #expect(known.result == .success && answer == nil)
        }
    }

    @Test func inputsAndOutputsThatTheLogCannotTakeAreSaidToBeTooLong() async throws {
        let saga = try Saga("long", input: String.self) {
            Step(StepKey<String>("answers")) { _ in String(repeating: "x", count: 1 << 20) }.retry(.at(once: 3))
                .notCompensated(because: "test")
        }
        try await withCoordinator([saga]) { coordinator async throws in
            await #expect(throws: SagaRuntimeError.self) {
                try await coordinator.run(saga, id: "1", input: String(repeating: "x", count: 1 << 20))
            }
            let outcome = try await coordinator.run(saga, id: "2", input: "x")
            #expect(outcome.result == .error && outcome.error?.type == "unwritable")
        }
    }
}
