import Synchronization
import TaskInspection
import TestSupport
import Testing

/// Where tasks come from, and how their creators wait for them.
struct ChildTaskTests {
    @Test(arguments: [Tracking.on, .precise])
    func aTaskGroup(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let (parent, child) = (situation.name("group parent"), situation.name("group child"))
            let task = Task(name: parent) { await gathers(situation.hold, [child, child + " too"]) }
            let first = try await Sighting.of(child, waitingFor: .continuation)
            let second = try await Sighting.of(child + " too", waitingFor: .continuation)
            let seen = try await Sighting.of(parent, waitingFor: .group)
            for each in [first, second] {
                #expect(each.task.kind == .groupChild && each.task.parent == seen.task.id)
                #expect(each.task.saga == situation.saga)
                each.expect(in: "parks", line: parkingLine)
            }
            seen.expect(in: "gathers", line: Self.gatheringLine)
            #expect(seen.task.waitsFor?.tasks.sorted() == [first.task.id, second.task.id].sorted())
            #expect(seen.task.saga == situation.saga && seen.task.kind == .task)
            situation.hold.open()
            await task.value
            #expect([seen, first, second].allSatisfy { Sighting.isGone($0.task.id) })
        }
    }

    @inline(never) private func gathers(_ hold: Hold, _ names: [String]) async {
        await withTaskGroup(of: Void.self) { group in
            for name in names { group.addTask(name: name) { await parks(hold) } }
            while await group.next() != nil {}
        }
    }
    private static let gatheringLine = #line - 3

    @Test(arguments: [Tracking.on, .precise])
    func anAsyncLet(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let name = situation.name("async let parent")
            let task = Task(name: name) { await bindsAsynchronously(situation.hold) }
            let seen = try await Sighting.of(name, waitingFor: .task)
            let child = try await Sighting.of("the child") {
                $0.parent == seen.task.id && $0.waitsFor?.kind == .continuation
            }
            #expect(child.task.kind == .asyncLet && child.task.saga == situation.saga)
            child.expect(in: "parks", line: parkingLine)
            seen.expect(in: "bindsAsynchronously", line: Self.bindingLine)
            #expect(seen.task.waitsFor == WaitTarget(.task, tasks: [child.task.id]))
            situation.hold.open()
            await task.value
            #expect(Sighting.isGone(seen.task.id) && Sighting.isGone(child.task.id))
        }
    }

    @inline(never) private func bindsAsynchronously(_ hold: Hold) async {
        async let result: Void = parks(hold)
        await result
        blackHole()
    }
    private static let bindingLine = #line - 3

    /// What a saga's task detaches is the saga's, though it inherits none of its task-locals; so is what that creates.
    @Test(arguments: [Tracking.on, .precise])
    func detachedTasks(tracking: Tracking) async throws {
        try await Situation.make(tracking) { situation in
            let (name, inner) = (situation.name("detached"), situation.name("from detached"))
            let task = Task.detached(name: name) {
                let task = Task.detached(name: inner) { await parks(situation.hold) }
                await parks(situation.hold)
                await task.value
            }
            let seen = try await Sighting.of(name, waitingFor: .continuation)
            let within = try await Sighting.of(inner, waitingFor: .continuation)
            #expect(seen.task.parent == situation.test && within.task.parent == seen.task.id)
            #expect(seen.task.saga == situation.saga && within.task.saga == situation.saga)
            #expect(seen.task.kind == .task && within.task.kind == .task)
            seen.expect(in: "parks", line: parkingLine)
            within.expect(in: "parks", line: parkingLine)
            situation.hold.open()
            await task.value
            #expect(Sighting.isGone(seen.task.id) && Sighting.isGone(within.task.id))
        }
    }

    /// The run ends before its task.
    @Test(arguments: [Tracking.on, .precise])
    func aTaskThatOutlivesItsRun(tracking: Tracking) async throws {
        let (hold, name) = (Hold(), "orphan \(UInt64.random(in: 0...UInt64.max))")
        let task = Mutex<Task<Void, Never>?>(nil)
        try await Situation.make(tracking) { _ in
            let orphan = Task.detached(name: name) { await parks(hold) }
            task.withLock { $0 = orphan }
            let seen = try await Sighting.of(name, waitingFor: .continuation)
            #expect(seen.task.saga?.isOrphan == false)
        }
        defer { hold.open() }
        try await withTaskTracking(tracking) {
            let seen = try await Sighting.of(name, waitingFor: .continuation)
            #expect(seen.task.saga?.isOrphan == true && seen.task.saga?.step == "made")
            hold.open()
            await task.withLock { $0 }?.value
            #expect(Sighting.isGone(seen.task.id))
        }
    }
}
