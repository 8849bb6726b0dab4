import Dispatch
import SagaInstrumentation
import SagaTasks
import SagaTelemetry
import Synchronization
import TaskInspection
import TestSupport
import Testing

/// Warnings of real tasks, with thresholds so low that each comes at once. What is checked never to come cannot come, however
/// slow the machine is.
struct TaskWarningTests {
    /// Every threshold far away, so that a test meets only what it lowers.
    private static let never: WarningThresholds = {
        var thresholds = WarningThresholds()
        thresholds.poolHog = .seconds(36000)
        thresholds.poolStarved = .seconds(36000)
        thresholds.lostResume = .seconds(36000)
        thresholds.ignoredCancellation = .seconds(36000)
        thresholds.waitCycle = .seconds(36000)
        thresholds.yieldStormRuns = .max
        return thresholds
    }()

    private func withWarnings(
        _ orphans: OrphanPolicy = .report, _ change: (inout WarningThresholds) -> Void,
        _ body: @Sendable (Recording) async throws -> Void
    ) async throws {
        var thresholds = Self.never
        change(&thresholds)
        let lowered = thresholds
        try await withRecording(tracking: .reportingAfter(.seconds(36000))) { recording in
            let before = (TaskTracking.thresholds, TaskTracking.orphanPolicy)
            (TaskTracking.thresholds, TaskTracking.orphanPolicy) = (lowered, orphans)
            defer { (TaskTracking.thresholds, TaskTracking.orphanPolicy) = before }
            try await body(recording)
        }
    }

    /// Looks until there is such a warning of a task of this name, or of this step.
    private func warning(_ type: TaskWarning, of name: String, _ recording: Recording) async throws -> ExportedLog {
        try await eventually("a warning of \(name): \(type)") {
            TaskWatch.look()
            return try await warnings(type, of: name, recording).first
        }
    }

    private func warnings(_ type: TaskWarning, of name: String, _ recording: Recording) async throws -> [ExportedLog] {
        try await recording.exported().logs(named: EventCatalogue.taskWarning).filter {
            $0["saga.task.warning.type"] == .string(type.rawValue) && $0["saga.task.name"] == .string(name)
        }
    }

    private func count(_ type: TaskWarning) -> Int {
        metric("saga.task.warnings", ["saga.task.warning.type": type.rawValue]) ?? 0
    }

    @Test func aGhostIsToldOfOnceAndCounted() async throws {
        try await withWarnings { _ in
        } _: { recording in
            RunMonitor.observe()
            let (stream, end) = AsyncStream.makeStream(of: Void.self)
            let before = count(.ghost)
            let (ghost, meant) = await withSaga("haunted") {
                await withStep("spawn") {
                    (
                        SagaTask("ghost") { for await _ in stream {} },
                        SagaTask("meant", mayOutliveSaga: true) {
                            async let child: Void = { for await _ in stream {} }()
                            await child
                        }
                    )
                }
            }
            TaskWatch.look()
            let told = try await warning(.ghost, of: "ghost", recording)
            #expect(told["saga.name"] == .string("haunted") && told["saga.step.name"] == .string("spawn"))
            let orphaned = try await recording.exported().logs(named: EventCatalogue.taskOrphaned)
            let ghosts = orphaned.filter { $0["saga.name"] == .string("haunted") }
            #expect(ghosts.count == 1 && ghosts.first?["saga.task.name"] == .string("ghost"))
            #expect(ghosts.first?["saga.task.parent.id"] != nil && ghosts.first?["saga.task.orphan.age"] != nil)
            #expect(count(.ghost) == before + 1, "neither of the one that is meant to, nor of its child")
            #expect(metric("saga.task.orphans", ["saga.name": "haunted"]) == 1)
            let live = TaskInspector.dump().tasks.first { $0.name == "ghost" }
            #expect(live?.warnings == ["ghost"])
            TaskWatch.look()
            #expect(try await warnings(.ghost, of: "ghost", recording).count == 1)
            end.finish()
            await ghost.value
            await meant.value
            _ = try await eventually("the ghost is gone") {
                metric("saga.task.orphans", ["saga.name": "haunted"]) == 0 ? true : nil
            }
        }
    }

    /// Told by its stack too, of what it waits for.
    @Test func aGhostsStackIsKnown() async throws {
        try await withWarnings { _ in
        } _: { recording in
            let (stream, end) = AsyncStream.makeStream(of: Void.self)
            let ghost = await withSaga("haunted stack") { SagaTask("seen") { await waitsVisibly(stream) } }
            _ = try await eventually("it waits") {
                TaskInspector.dump().tasks.contains { $0.name == "seen" && $0.waitsFor?.kind == .continuation }
                    ? true : nil
            }
            let told = try await warning(.ghost, of: "seen", recording)
            guard case .string(let stack) = told["saga.task.stack"] else {
                Issue.record("no stack")
                return
            }
            #expect(stack.contains("waitsVisibly"))
            end.finish()
            await ghost.value
        }
    }

    private func waitsVisibly(_ stream: AsyncStream<Void>) async { for await _ in stream {} }

    /// The test's own task, of which nobody sees that it suspends: only its object tells.
    @Test func aTaskThatWasThereBeforeAndWaitsIsNoHog() async throws {
        try await withWarnings {
            $0.poolHog = .nanoseconds(1)
        } _: { recording in
            let (stream, end) = AsyncStream.makeStream(of: Void.self)
            let look = Task.detached {
                defer { end.finish() }
                let waiting = try await eventually("the saga waits") {
                    TaskInspector.dump().tasks.first { $0.saga?.saga == "adopted" && $0.state == .blocked }
                }
                TaskWatch.look()
                #expect(waiting.waitsFor?.kind == .continuation && waiting.stack != nil)
                let hogs = try await recording.exported().logs(named: EventCatalogue.taskWarning)
                #expect(!hogs.contains { $0["saga.name"] == .string("adopted") })
            }
            await withSaga("adopted") { for await _ in stream {} }
            try await look.value
        }
    }

    @Test func orphansAreCancelledWhenThePolicySaysSo() async throws {
        try await withWarnings(.cancel) {
            $0.ignoredCancellation = .zero
        } _: { recording in
            let (stream, end) = AsyncStream.makeStream(of: Void.self)
            // Nobody's of the saga, so that it goes on.
            let other = Task.detached { for await _ in stream {} }
            let (heeds, ignores) = await withSaga("exorcised") {
                (
                    SagaTask("heeds") { try? await Task.sleep(for: .seconds(36000)) },
                    SagaTask("ignores") { await other.value }
                )
            }
            _ = try await warning(.ghost, of: "heeds", recording)
            await heeds.value
            #expect(heeds.isCancelled)
            _ = try await warning(.ignoresCancellation, of: "ignores", recording)
            end.finish()
            await ignores.value
        }
    }

    /// Found at its return: nobody looks.
    @Test func aPoolHogIsToldOfWhenItsRunIsOver() async throws {
        try await withWarnings {
            $0.poolHog = .milliseconds(1)
        } _: { recording in
            await withSaga("hogged") {
                await SagaTask("hog") {
                    let end = ContinuousClock.now + .milliseconds(2)
                    while .now < end {}
                    await Task.yield()
                }.value
            }
            let told = try await eventually("the hog is told of") {
                try await warnings(.poolHog, of: "hog", recording).first
            }
            guard case .double(let duration) = told["saga.task.warning.duration"] else {
                Issue.record("no duration")
                return
            }
            #expect(duration >= 0.002 && told["saga.name"] == .string("hogged"))
            #expect(try await warnings(.poolHog, of: "hog", recording).count == 1)
        }
    }

    /// Found while it runs, and not a second time when it returns.
    @Test func aPoolHogIsToldOfWhileItRuns() async throws {
        try await withWarnings {
            $0.poolHog = .milliseconds(1)
        } _: { recording in
            let flag = Flag()
            try await withSaga("hogged now") {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask(name: "hogs") { while !flag.isUp {} }
                    // On the pipeline's thread: the pool may be one thread wide.
                    group.addTask {
                        await Task(executorPreference: LookExecutor()) {
                            _ = try? await warning(.poolHog, of: "hogs", recording)
                            flag.raise()
                        }.value
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try await warnings(.poolHog, of: "hogs", recording).count == 1)
        }
    }

    @Test func aWaitCycleIsFound() async throws {
        try await withWarnings {
            $0.waitCycle = .zero
        } _: { recording in
            // They never end: waiting for a task cannot be cancelled.
            let (others, give) = AsyncStream.makeStream(of: Task<Void, Never>.self)
            let first = Task(name: "first") { for await other in others { await other.value } }
            let second = Task(name: "second") { await first.value }
            give.yield(second)
            let told = try await warning(.waitCycle, of: "first", recording)
            #expect(
                try await warning(.waitCycle, of: "second", recording)["saga.task.cycle"] == told["saga.task.cycle"])
            #expect(told["saga.task.cycle"] != nil)
            #expect(TaskInspector.dump().cycles.contains { $0.count == 2 })
        }
    }

    /// A child that waits for its parent, which waits for its children.
    @Test func aWaitCycleThroughAGroupIsFound() async throws {
        try await withWarnings {
            $0.waitCycle = .zero
        } _: { recording in
            let (handles, give) = AsyncStream.makeStream(of: Task<Void, Never>.self)
            let (free, letGo) = AsyncStream.makeStream(of: Void.self)
            let parent = Task(name: "group parent") {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask(name: "stuck child") { for await handle in handles { await handle.value } }
                    group.addTask { for await _ in free {} }
                }
            }
            give.yield(parent)
            _ = try await eventually("the child waits for its parent") {
                TaskInspector.dump().tasks.contains { $0.name == "stuck child" && $0.waitsFor?.kind == .task }
                    ? true : nil
            }
            for _ in 0..<3 { TaskWatch.look() }
            #expect(try await warnings(.waitCycle, of: "stuck child", recording).isEmpty, "the other child can go on")
            letGo.finish()
            _ = try await warning(.waitCycle, of: "stuck child", recording)
            _ = try await warning(.waitCycle, of: "group parent", recording)
        }
    }

    @Test func aLostResumeIsFound() async throws {
        try await withWarnings {
            $0.lostResume = .milliseconds(1)
        } _: { recording in
            let (stream, end) = AsyncStream.makeStream(of: Void.self)
            let waiter = Waiter()
            try await withSaga("lost") {
                try await withSagaTaskGroup { group in
                    group.addTask("waits") { for await _ in stream {} }
                    group.addTask("sleeps") { try? await Task.sleep(for: .seconds(36000)) }
                    group.addTask("on an actor") { await waiter.wait() }
                    do {
                        _ = try await warning(.lostResume, of: "waits", recording)
                        // Its resumption goes through the pool, and so is seen too.
                        _ = try await warning(.lostResume, of: "on an actor", recording)
                        _ = try await eventually("the sleeper sleeps") {
                            let sleeper = TaskInspector.dump().tasks.first { $0.name == "sleeps" }
                            return sleeper?.waitsFor?.kind == .timer ? true : nil
                        }
                        for _ in 0..<3 { TaskWatch.look() }
                        #expect(try await warnings(.lostResume, of: "sleeps", recording).isEmpty)
                        #expect(try await warnings(.lostResume, of: "waits", recording).count == 1)
                    } catch {
                        Issue.record(error)
                    }
                    end.finish()
                    await waiter.go()
                    group.cancelAll()
                }
            }
        }
    }

    private actor Waiter {
        private var held: CheckedContinuation<Void, Never>?

        func wait() async { await withCheckedContinuation { held = $0 } }

        func go() {
            held?.resume()
            held = nil
        }
    }

    @Test func cancellationThatIsIgnoredIsFound() async throws {
        try await withWarnings {
            $0.ignoredCancellation = .milliseconds(1)
        } _: { recording in
            let (stream, end) = AsyncStream.makeStream(of: Void.self)
            let other = Task.detached { for await _ in stream {} }
            await withSaga("stubborn") {
                let stubborn = SagaTask("stubborn") { await other.value }
                let free = SagaTask("not cancelled") { await other.value }
                stubborn.cancel()
                _ = try? await warning(.ignoresCancellation, of: "stubborn", recording)
                #expect((try? await warnings(.ignoresCancellation, of: "not cancelled", recording))?.isEmpty == true)
                end.finish()
                await stubborn.value
                await free.value
            }
        }
    }

    @Test func aYieldStormIsFound() async throws {
        try await withWarnings {
            $0.yieldStormRuns = 10
        } _: { recording in
            let flag = Flag()
            try await withSaga("stormy") {
                try await withSagaTaskGroup { group in
                    group.addTask("yields") { while !flag.isUp { await Task.yield() } }
                    group.addTask("sleeps") {
                        while !flag.isUp { try await Task.sleep(for: .milliseconds(1)) }
                    }
                    defer { flag.raise() }
                    _ = try await warning(.yieldStorm, of: "yields", recording)
                }
            }
            #expect(try await warnings(.yieldStorm, of: "sleeps", recording).isEmpty)
        }
    }

    @Test func aTaskThatOutlivesTheCompensationOfItsStepIsFound() async throws {
        try await withWarnings { _ in
        } _: { recording in
            let (stream, end) = AsyncStream.makeStream(of: Void.self)
            try await withSaga("left over") {
                let left = await withStep("reserve") { SagaTask("left") { for await _ in stream {} } }
                let other = await withStep("charge") { SagaTask("another step's") { for await _ in stream {} } }
                await withCompensation("reserve") {}
                _ = try await warning(.outlivesCompensation, of: "left", recording)
                let again = await withStep("reserve", attempt: 2) {
                    SagaTask("made later") { for await _ in stream {} }
                }
                for _ in 0..<3 { TaskWatch.look() }
                for name in ["another step's", "made later"] {
                    #expect(try await warnings(.outlivesCompensation, of: name, recording).isEmpty, "\(name)")
                }
                end.finish()
                for task in [left, other, again] { await task.value }
            }
        }
    }
}

/// A thread of its own.
private final class LookExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "look")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)

    var isUp: Bool { value.load(ordering: .relaxed) }

    func raise() { value.store(true, ordering: .relaxed) }
}
