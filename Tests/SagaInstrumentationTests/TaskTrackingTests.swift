import SagaInstrumentation
import SagaTasks
import SagaTelemetry
import TaskInspection
import TestSupport
import Testing

/// Tier 1 on real tasks.
struct TaskTrackingTests {
    @Test func everyStructuredChildIsTimed() async throws {
        let exported = try await withRecording(tracking: .on) { recording in
            try await withSaga("tracked", id: "1") {
                try await withStep("step") {
                    async let plain: Void = Task.sleep(for: .milliseconds(20))
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await Task.sleep(for: .milliseconds(5)) }
                        try await group.waitForAll()
                    }
                    try await plain
                }
                try await withSagaTaskGroup { group in
                    group.addTask("named") { try? await Task.sleep(for: .milliseconds(20)) }
                }
                await SagaTask("free") { try? await Task.sleep(for: .milliseconds(20)) }.value
            }
            return try await recording.exported()
        }
        let step = try #require(exported.span("step step"))
        let plain = exported.spans(named: "task").filter { $0.traceId == step.traceId }
        #expect(plain.count == 2)
        for task in plain {
            #expect(task.parentSpanId == step.spanId && task["saga.step.name"] == .string("step"))
            #expect(task.start >= step.start && task.end <= step.end)
        }
        let sleeper = try #require(plain.max { $0.end - $0.start < $1.end - $1.start })
        guard case .double(let blocked) = sleeper["saga.task.blocked.duration"] else {
            Issue.record("no blocked time")
            return
        }
        #expect(blocked > 0.01)
        let run = try #require(exported.span("run tracked"))
        for name in ["task named", "task free"] {
            let task = try #require(exported.span(name))
            #expect(task.parentSpanId == run.spanId && task.traceId == run.traceId)
            guard case .int(let polls) = task["saga.task.polls"] else { continue }
            #expect(polls >= 2, "\(name) sleeps once, so it runs twice")
        }
        for name in ["saga.task.ready.duration", "saga.task.busy.duration", "saga.task.blocked.duration"] {
            #expect(metric(name, ["saga.name": "tracked"]) ?? 0 > 0, "\(name)")
        }
        // The run's own task, two plain children, one of the group, one free.
        #expect(metric("saga.task.lifetime.duration", ["saga.name": "tracked"]) == 5)
    }

    /// With a runtime whose layout is not known: sagas are tracked by public API, and nothing else changes.
    @Test func sagasAreTrackedWithoutTheLayout() async throws {
        let exported = try await withRecording(tracking: .publicOnly) { recording in
            let tiers = TaskTiers.all
            #expect(tiers.map(\.isOn) == [true, false, false])
            #expect(tiers.map(\.reason) == [nil, "needs_layout", "test"])
            let sum = try await withSaga("unknown runtime") {
                async let plain = value(1)
                let grouped = try await withThrowingTaskGroup(of: Int.self) { group in
                    group.addTask { await value(2) }
                    return try await group.reduce(0, +)
                }
                return await grouped + plain + SagaTask("named") { await value(3) }.value
            }
            #expect(sum == 6)
            // Nobody tells the end of a plain child but its parent's.
            let left = TaskInspector.dump().tasks.filter { task in task.saga?.saga == "unknown runtime" }
            #expect(left.isEmpty)
            return try await recording.exported()
        }
        let run = try #require(exported.span("run unknown runtime"))
        #expect(exported.spans(named: "task").count { $0.parentSpanId == run.spanId } == 2)
        #expect(exported.spans(named: "task named").count { $0.parentSpanId == run.spanId } == 1)
        // The run's own task, two plain children and one of ours.
        #expect(metric("saga.task.lifetime.duration", ["saga.name": "unknown runtime"]) == 4)
    }

    private func value(_ value: Int) async -> Int {
        await Task.yield()
        return value
    }

    @Test func aLongSuspensionIsToldOf() async throws {
        let exported = try await withRecording(tracking: .reportingAfter(.milliseconds(10))) { recording in
            let monitor = Task { await RunMonitor(period: .milliseconds(5)).run() }
            try await withSaga("blocked") {
                try await withStep("waits") {
                    let (stream, end) = AsyncStream.makeStream(of: Void.self)
                    let file = recording.file
                    let pipeline = recording.pipeline
                    let watch = Task.detached {
                        // Told while the task is still blocked: only then does it go on.
                        _ = try await eventually("a blocked event") {
                            await pipeline.forceFlush()
                            let logs = try ExportedTelemetry(file: file).logs(named: "saga.step.blocked")
                            return logs.contains { $0["saga.step.name"] == .string("waits") } ? true : nil
                        }
                        end.finish()
                    }
                    for await _ in stream {}
                    try await watch.value
                }
                try await withSagaTaskGroup { group in
                    group.addTask("slow") { try await Task.sleep(for: .milliseconds(50)) }
                }
            }
            monitor.cancel()
            await monitor.value
            return try await recording.exported()
        }
        let step = try #require(exported.span("step waits"))
        let blocked = exported.logs(named: "saga.step.blocked").filter { $0["saga.step.name"] == .string("waits") }
        #expect(blocked.allSatisfy { $0["saga.block.reason"] == .string("unknown") && $0.traceId == step.traceId })
        let unblocked = exported.logs(named: "saga.step.unblocked")
        #expect(unblocked.contains { $0["saga.step.name"] == .string("waits") })
        #expect(unblocked.contains { $0["saga.block.reason"] == .string("group") })
        #expect(metric("saga.task.blocked.duration", ["saga.name": "blocked", "saga.block.reason": "group"]) ?? 0 > 0)
    }

    /// A saga inside a saga runs on: the outer one is not taken for blocked.
    @Test func aSagaInsideASagaIsNoSuspension() async throws {
        let exported = try await withRecording(tracking: .reportingAfter(.milliseconds(10))) { recording in
            try await withSaga("around") {
                try await withSaga("within") {
                    await withStep("works") {
                        let end = ContinuousClock.now + .milliseconds(50)
                        while .now < end {}
                    }
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            return try await recording.exported()
        }
        let within = try #require(exported.span("run within"))
        let works = try #require(exported.span("step works"))
        // When suspensions began that were long: the sleep, and on a loaded machine others, but none before the work.
        let blocked = exported.logs(named: "saga.step.blocked").compactMap { UInt64($0.timeUnixNano) }
        #expect(!blocked.contains { within.start <= $0 && $0 < works.end })
        #expect(metric("saga.task.busy.duration", ["saga.name": "within"]) ?? 0 > 0)
    }

    /// Runs `body` while the table has room for so many tasks, those of other tests among them.
    private func withRoom<Result>(for tasks: UInt64, _ body: () async throws -> Result) async rethrows -> Result {
        TaskTracking.limit = tasks
        defer { TaskTracking.limit = 1 << 20 }
        return try await body()
    }

    /// Tasks for which the table has no room are exported all the same: the spans inside name theirs as their parent.
    @Test func everyParentExistsPastTheLimit() async throws {
        let (count, atOnce) = (4300, 300)
        let before = metric("saga.task.untracked", [:]) ?? 0
        let exported = try await withRecording(tracking: .reportingAfter(.seconds(3600))) { recording in
            RunMonitor.observe()
            let gate = Gate()
            try await withRoom(for: 4096) {
                try await withSaga("many") {
                    try await withSagaTaskGroup { group in
                        for number in 0..<count {
                            group.addTask("one") {
                                await gate.pass()
                                if number % 400 == 0 { await withStep("inside") {} }
                            }
                        }
                        await gate.wait(for: count)
                        // So few at a time that they fit into the smallest ring, since all of them may end on one thread.
                        for _ in stride(from: 0, to: count, by: atOnce) {
                            for _ in 0..<(await gate.open(for: atOnce)) { try await group.next() }
                            await recording.pipeline.forceFlush(timeout: .seconds(60))
                        }
                    }
                }
            }
            return try await recording.exported()
        }
        let ids = Set(exported.spans.map(\.spanId))
        #expect(exported.spans(named: "task one").count == count)
        #expect(exported.spans.filter { $0.parentSpanId.map { !ids.contains($0) } ?? false }.map(\.name).isEmpty)
        #expect(metric("saga.task.untracked", [:]) ?? 0 > before)
    }

    /// Holds tasks until it lets some of them go.
    private actor Gate {
        private var held: [CheckedContinuation<Void, Never>] = []
        private var watch: (count: Int, continuation: CheckedContinuation<Void, Never>)?

        func pass() async {
            await withCheckedContinuation { task in
                held.append(task)
                guard let watch, held.count >= watch.count else { return }
                watch.continuation.resume()
                self.watch = nil
            }
        }

        /// Until so many are held.
        func wait(for count: Int) async {
            guard held.count < count else { return }
            await withCheckedContinuation { watch = (count, $0) }
        }

        /// - Returns: how many were let go.
        func open(for count: Int) -> Int {
            let gone = held.prefix(count)
            held.removeFirst(gone.count)
            for task in gone { task.resume() }
            return gone.count
        }
    }

    /// A task that outlives its run and compensates there changes no gauge of open runs.
    @Test func theEndOfARunIsTheEndOfItsGauges() async throws {
        try await withTaskTracking(.on) {
            let (stream, end) = AsyncStream.makeStream(of: Void.self)
            let late = await withSaga("late") {
                SagaTask("compensates") {
                    for await _ in stream {}
                    await withCompensation("step") {}
                }
            }
            end.finish()
            await late.value
            for state in ["running", "compensating"] {
                #expect(metric("saga.run.active", ["saga.name": "late", "saga.run.state": state]) == 0)
            }
        }
    }

    @Test func aRunThatGoesOnSendsHeartbeats() async throws {
        // The first one comes after 5 s; a run that lasts shorter sends none.
        let exported = try await withRecording(tracking: .on) { recording in
            let monitor = Task { await RunMonitor(period: .milliseconds(10)).run() }
            try await withSaga("short") { try await Task.sleep(for: .milliseconds(50)) }
            monitor.cancel()
            await monitor.value
            return try await recording.exported()
        }
        #expect(exported.logs(named: "saga.run.heartbeat").isEmpty)
    }

    @Test func aTaskThatOutlivesItsRunIsStillCounted() async throws {
        try await withRecording(tracking: .on) { recording in
            RunMonitor.observe()
            let (stream, end) = AsyncStream.makeStream(of: Void.self)
            let task = await withSaga("outlived") { SagaTask("ghost") { for await _ in stream {} } }
            _ = try await eventually("the ghost is counted") {
                (metric("saga.task.active", ["saga.task.state": "blocked"]) ?? 0) >= 1 ? true : nil
            }
            end.finish()
            await task.value
            let exported = try await recording.exported()
            let run = try #require(exported.span("run outlived"))
            let ghost = try #require(exported.span("task ghost"))
            #expect(ghost.parentSpanId == run.spanId && ghost.end > run.end)
        }
    }

    @Test func manyTasksAreKeptUpToALimitAndTheRestCounted() async throws {
        let before = metric("saga.task.untracked", [:]) ?? 0
        try await withTaskTracking(.on) {
            RunMonitor.observe()
            try await withRoom(for: 1000) {
                try await withSaga("crowded") {
                    let (stream, end) = AsyncStream.makeStream(of: Void.self)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        // None ends before all are there.
                        for _ in 0..<3000 { group.addTask { for await _ in stream {} } }
                        end.finish()
                        try await group.waitForAll()
                    }
                }
            }
        }
        // 1,000 at once at most, the run's own task among them; each is finished exactly once.
        let finished = metric("saga.task.lifetime.duration", ["saga.name": "crowded"]) ?? 0
        let untracked = (metric("saga.task.untracked", [:]) ?? 0) - before
        #expect(finished > 0 && finished + untracked >= 3001)
        #expect(untracked > 0)
    }

    /// Tasks that hop, fail, are cancelled and are created by the thousand on all sides: nothing crashes, nothing leaks.
    @Test func survivesAStorm() async throws {
        try await withTaskTracking(.on) {
            RunMonitor.observe()
            await withTaskGroup(of: Void.self) { sagas in
                for saga in 0..<50 {
                    sagas.addTask {
                        try? await withSaga("storm") {
                            try await withSagaTaskGroup { group in
                                for number in 0..<20 {
                                    group.addStep("step \(number % 3)") {
                                        async let first: Void = Task.yield()
                                        async let second: Void = Task.sleep(for: .microseconds(number))
                                        await first
                                        try await second
                                        if saga % 5 == 0, number == 7 { throw CancellationError() }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            let left = TaskInspector.dump().tasks.filter { task in task.saga?.saga == "storm" }
            #expect(left.isEmpty)
        }
        #expect(metric("saga.run.duration", ["saga.name": "storm"]) == 50)
        #expect(metric("saga.run.active", ["saga.name": "storm"]) == 0)
    }
}
