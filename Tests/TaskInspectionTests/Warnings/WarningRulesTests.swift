import CSagascope
import Testing

@testable import TaskInspection

/// Each rule on records made for it: one that it warns of, and one just short of that.
struct WarningRulesTests {
    private static let now: UInt64 = 1_000_000_000_000
    private static let second: UInt64 = 1_000_000_000
    private let rules = WarningRules(limits: WarningLimits(WarningThresholds()), now: now)

    /// - Parameter age: of the state, in ns.
    private func task(
        _ state: sgs_task_state, for age: UInt64 = 0, run: UInt32 = 0, created: UInt64 = 0, flags: Int = 0
    ) -> sgs_task {
        var task = sgs_task()
        task.id = 7
        task.word = sgs_word_make(Self.now - age, 1, state)
        task.run = run
        task.created = created
        task.flags = UInt8(flags)
        return task
    }

    private func warnings(of task: sgs_task, _ run: RunStanding = RunStanding()) -> [TaskWarning] {
        rules.warnings(of: task, run).map(\.warning)
    }

    @Test func aGhostIsAliveAfterItsRunHasEnded() {
        let ghost = task(SGS_TASK_BLOCKED, run: 1)
        let ended = RunStanding(ended: Self.now - Self.second)
        let found = rules.warnings(of: ghost, ended)
        #expect(found.map(\.warning) == [.ghost] && found.map(\.duration) == [Self.second])
        #expect(warnings(of: ghost).isEmpty, "its run goes on")
        #expect(warnings(of: task(SGS_TASK_BLOCKED), ended).isEmpty, "no saga's")
        #expect(warnings(of: task(SGS_TASK_BLOCKED, run: 1, flags: SGS_TASK_MAY_OUTLIVE), ended).isEmpty)
    }

    @Test func aPoolHogRunsForLong() {
        #expect(warnings(of: task(SGS_TASK_RUNNING, for: 10_000_016)) == [.poolHog])
        #expect(warnings(of: task(SGS_TASK_RUNNING, for: 9_999_000)).isEmpty)
        #expect(warnings(of: task(SGS_TASK_BLOCKED, for: Self.second)).isEmpty)
    }

    @Test func aStarvedTaskIsReadyForLong() {
        #expect(warnings(of: task(SGS_TASK_READY, for: 100_000_016)) == [.poolStarved])
        #expect(warnings(of: task(SGS_TASK_READY, for: 99_000_000)).isEmpty)
        #expect(warnings(of: task(SGS_TASK_BLOCKED, for: Self.second)).isEmpty)
    }

    @Test func aTaskOutlivesACompensationThatItWasMadeBefore() {
        let run = RunStanding(compensated: 5000)
        #expect(warnings(of: task(SGS_TASK_BLOCKED, run: 1, created: 4999), run) == [.outlivesCompensation])
        #expect(warnings(of: task(SGS_TASK_BLOCKED, run: 1, created: 5000), run).isEmpty, "a further attempt's")
        #expect(warnings(of: task(SGS_TASK_BLOCKED, run: 1, created: 4999)).isEmpty, "nothing was compensated")
        for flag in [SGS_TASK_IN_STEP, SGS_TASK_MAY_OUTLIVE] {
            #expect(warnings(of: task(SGS_TASK_BLOCKED, run: 1, created: 4999, flags: flag), run).isEmpty)
        }
    }

    @Test func aLostResumeIsALongWaitForAContinuation() {
        let long = task(SGS_TASK_BLOCKED, for: 61 * Self.second)
        #expect(rules.isLostResume(long, waitsFor: .continuation, isSeen: true))
        #expect(!rules.isLostResume(long, waitsFor: .continuation, isSeen: false), "resumed on an actor?")
        #expect(!rules.isLostResume(long, waitsFor: .timer, isSeen: true))
        #expect(!rules.isLostResume(long, waitsFor: .task, isSeen: true))
        #expect(!rules.isLostResume(long, waitsFor: nil, isSeen: true))
        let short = task(SGS_TASK_BLOCKED, for: 59 * Self.second)
        #expect(!rules.isLostResume(short, waitsFor: .continuation, isSeen: true))
        let ready = task(SGS_TASK_READY, for: 61 * Self.second)
        #expect(!rules.isLostResume(ready, waitsFor: .continuation, isSeen: true))
    }

    @Test func cancellationIsIgnoredWhenItsTimeIsOver() {
        var cancelled = CancelledTasks()
        func overdue(at now: UInt64) -> [UInt64] { cancelled.overdue(at: now, limit: 100).map(\.id) }
        cancelled.see(1, at: 100)
        cancelled.see(2, at: 150)
        cancelled.see(1, at: 160)
        #expect(overdue(at: 199) == [])
        #expect(overdue(at: 200) == [1], "counted from when it was seen first")
        #expect(overdue(at: 210) == [], "told once")
        cancelled.see(3, at: 300)
        cancelled.forget { $0 == 2 }
        #expect(overdue(at: 1000) == [2, 3], "room is made only when it is short")
        for id in 0..<UInt64(2 * CancelledTasks.limit) { cancelled.see(id, at: 0) }
        #expect(overdue(at: 1000).count == CancelledTasks.limit)
    }

    @Test func aYieldStormRunsOftenAndMostlyToYield() {
        func yielder(_ id: UInt64, runs: UInt32, yields: UInt8 = 200) -> sgs_task {
            var task = task(SGS_TASK_READY)
            (task.id, task.runs, task.yields) = (id, runs, yields)
            return task
        }
        var storms = YieldStorms()
        func look(_ tasks: sgs_task...) -> [Bool] {
            defer { storms.endLook() }
            return tasks.map { storms.isStorm($0, runs: 1000) }
        }
        let before = look(yielder(1, runs: 5000), yielder(2, runs: 5000), yielder(3, runs: 5000))
        #expect(before == [false, false, false], "nothing to compare with")
        // Often enough; not often enough; most of its runs ended otherwise.
        let after = look(yielder(1, runs: 6000), yielder(2, runs: 5999), yielder(3, runs: 9000, yields: 127))
        #expect(after == [true, false, false])
        #expect(look() == [])
        #expect(look(yielder(1, runs: 9000)) == [false], "it did not yield at the look before")
    }

    /// What the record counts as yields is the share among its last runs.
    @Test func theShareOfYieldsFollowsTheRuns() throws {
        var task = sgs_task()
        var ready: UInt64 = 0
        func run(yields: Bool) {
            let word = sgs_task_began(&task, 0, &ready)
            if !yields { _ = sgs_task_returned(&task, task.id, word, 0) }
            sgs_task_enqueued(&task, yields ? 0 : 8, 0)
        }
        for _ in 0..<100 { run(yields: true) }
        #expect(task.yields == 255)
        for number in 0..<300 { run(yields: number % 3 != 0) }
        #expect((129...220).contains(task.yields), "two of three")
        for number in 0..<300 { run(yields: number % 4 == 0) }
        #expect((20...126).contains(task.yields), "one of four")
        for _ in 0..<200 { run(yields: false) }
        #expect(task.yields == 0)
    }

    @Test func aCycleAmongWaits() {
        #expect(WaitGraph(waits: [1: [2], 2: [3], 3: [1]]).cycles() == [[1, 2, 3]])
        #expect(WaitGraph(waits: [1: [2], 2: [3]]).cycles().isEmpty)
        // One child of the group can go on.
        #expect(WaitGraph(waits: [1: [2, 3], 2: [1]]).cycles().isEmpty)
        #expect(WaitGraph(waits: [1: [2, 3], 2: [1], 3: [1]]).cycles().count == 1)
    }
}
