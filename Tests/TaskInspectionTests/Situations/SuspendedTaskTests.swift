import TaskInspection
import TestSupport
import Testing

/// Tasks that wait: for a clock, for a continuation, for another task.
struct SuspendedTaskTests {
    @Test(arguments: [Tracking.on, .precise])
    func aSleepingTask(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let name = situation.name("sleeper")
            let task = Task(name: name) { await dozes() }
            defer { task.cancel() }
            let seen = try await Sighting.of(name, waitingFor: .timer)
            seen.expect(in: "dozes", line: Self.dozingLine)
            #expect(seen.task.kind == .task && seen.task.parent == situation.test)
            #expect(seen.task.saga == situation.saga)
            #expect(!seen.task.isCancelled && seen.task.runs >= 1)
            seen.expectIsContinued(by: try await Sighting.of(name, waitingFor: .timer))
            task.cancel()
            await task.value
            #expect(Sighting.isGone(seen.task.id))
        }
    }

    @inline(never) private func dozes() async {
        try? await Task.sleep(for: .seconds(100_000))
        blackHole()
    }
    private static let dozingLine = #line - 3

    @Test(arguments: [Tracking.on, .precise])
    func aTaskThatAThreadResumes(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let name = situation.name("held")
            let task = Task(name: name) { await parks(situation.hold) }
            let seen = try await Sighting.of(name, waitingFor: .continuation)
            seen.expect(in: "parks", line: parkingLine)
            #expect(seen.task.waitsFor == WaitTarget(.continuation))
            #expect(seen.task.parent == situation.test && seen.task.saga == situation.saga)
            let again = try await Sighting.of(name, waitingFor: .continuation)
            seen.expectIsContinued(by: again)
            #expect(again.stack == seen.stack)
            OwnThread { situation.hold.open() }.join()
            await task.value
            #expect(Sighting.isGone(seen.task.id))
        }
    }

    @Test(arguments: [Tracking.on, .precise])
    func aTaskThatIgnoresItsCancellation(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let name = situation.name("cancelled")
            let task = Task(name: name) { await parks(situation.hold) }
            let before = try await Sighting.of(name, waitingFor: .continuation)
            #expect(!before.task.isCancelled)
            task.cancel()
            let after = try await Sighting.of(name, waitingFor: .continuation)
            #expect(after.task.isCancelled)
            before.expectIsContinued(by: after)
        }
    }

    @Test(arguments: [Tracking.on, .precise])
    func aTaskWhosePriorityIsRaised(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let (name, waiter) = (situation.name("lowly"), situation.name("urgent"))
            let low = Task(name: name, priority: .background) { await parks(situation.hold) }
            let before = try await Sighting.of(name, waitingFor: .continuation)
            #expect(before.task.priority == TaskPriority.background.rawValue)
            let high = Task.detached(name: waiter, priority: .high) { await low.value }
            let waiting = try await Sighting.of(waiter, waitingFor: .task)
            #expect(waiting.task.waitsFor == WaitTarget(.task, tasks: [before.task.id]))
            #expect(waiting.task.priority == TaskPriority.high.rawValue)
            let after = try await Sighting.of(name, waitingFor: .continuation)
            #expect(after.task.priority == TaskPriority.high.rawValue)
            situation.hold.open()
            await high.value
        }
    }

    /// What runs inline in its creator is not seen; from the first time it is enqueued on, it is.
    @Test(arguments: [Tracking.on, .precise])
    func anImmediateTask(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let name = situation.name("immediate")
            let first = Hold()
            let task = Task.immediate(name: name) {
                await first.pass()
                await parks(situation.hold)
            }
            first.open()
            let seen = try await Sighting.of(name, waitingFor: .continuation)
            seen.expect(in: "parks", line: parkingLine)
            situation.hold.open()
            await task.value
            #expect(Sighting.isGone(seen.task.id))
        }
    }

    @Test(arguments: [Tracking.on, .precise])
    func aTaskThatWaitsForAnother(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let (name, waiter) = (situation.name("waited for"), situation.name("waiter"))
            let task = Task(name: name) { await parks(situation.hold) }
            let other = Task(name: waiter) { await awaits(task) }
            let waited = try await Sighting.of(name, waitingFor: .continuation)
            let seen = try await Sighting.of(waiter, waitingFor: .task)
            seen.expect(in: "awaits", line: Self.awaitingLine)
            #expect(seen.task.waitsFor == WaitTarget(.task, tasks: [waited.task.id]))
            #expect(seen.dump.cycles.allSatisfy { !$0.contains(seen.task.id) })
            situation.hold.open()
            await other.value
            #expect(Sighting.isGone(seen.task.id) && Sighting.isGone(waited.task.id))
        }
    }

    @inline(never) private func awaits(_ task: Task<Void, Never>) async {
        await task.value
        blackHole()
    }
    private static let awaitingLine = #line - 3

    /// It runs until it is told to stop; its times are those of a task on a thread.
    @Test(arguments: [Tracking.on, .precise])
    func aRunningTask(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let name = situation.name("runner")
            let task = Task.detached(name: name, priority: .high) { while !Task.isCancelled {} }
            defer { task.cancel() }
            let seen = try await Sighting.of(name) { $0.name == name && $0.state == .running }
            seen.expectTimesAddUp()
            #expect(seen.task.stack == nil && seen.task.waitsFor == nil && seen.task.busy > 0)
            #expect(seen.task.priority == TaskPriority.high.rawValue && seen.task.saga == situation.saga)
            task.cancel()
            await task.value
            #expect(Sighting.isGone(seen.task.id))
        }
    }

    /// Outside of sagas tasks are seen as well, as nobody's.
    @Test func aTaskOfNoSaga() async throws {
        try await withTaskTracking(.on) {
            let hold = Hold()
            let name = "nobody's \(UInt64.random(in: 0...UInt64.max))"
            let task = Task(name: name) { await parks(hold) }
            defer { hold.open() }
            let seen = try await Sighting.of(name, waitingFor: .continuation)
            #expect(seen.task.saga == nil)
            seen.expect(in: "parks", line: parkingLine)
            hold.open()
            await task.value
            #expect(Sighting.isGone(seen.task.id))
        }
    }

}

/// Suspends the task, in a frame of its own.
@inline(never) func parks(_ hold: Hold) async {
    await withCheckedContinuation { hold.keep($0) }
    blackHole()
}
let parkingLine = #line - 3

/// After a call, so that the call is not the function's last one, and the function keeps its frame.
@inline(never) @_optimize(none) func blackHole() {}
