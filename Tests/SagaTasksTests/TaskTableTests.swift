import SagaTelemetry
import Testing

@testable import SagaTasks

/// The rules by which a task changes state, on made-up times.
struct TaskTableTests {
    private let instruments = TaskInstruments.of(saga: "table", step: nil)

    /// One task of ours, created at 100.
    private func table() -> TaskTable {
        var table = TaskTable()
        table.insert(record(1, identity: TaskIdentity(name: "", span: nil)))
        return table
    }

    private func record(
        _ id: UInt64, parent: UInt64 = 0, created: UInt64 = 100, identity: TaskIdentity? = nil
    ) -> TaskRecord {
        var record = TaskRecord(
            id: id, parent: parent, created: created, creator: nil, state: .ready, instruments: instruments)
        record.identity = identity
        return record
    }

    @Test func timesAddUp() throws {
        var table = table()
        let begun = table.began(1, at: 110)
        let run = try #require(begun)
        #expect(run.ready == 10)
        table.suspended(1, run: run.run, began: 110, at: 140)
        guard case .unblocked(let unblocked) = table.enqueued(1, at: 200) else {
            Issue.record("not unblocked")
            return
        }
        #expect(unblocked.duration == 60 && unblocked.from == 140)
        let again = table.began(1, at: 205)
        let second = try #require(again)
        let ended = table.end(1, at: 250)
        let (task, children) = try #require(ended)
        #expect(task.ready == 15 && task.busy == 75 && task.blocked == 60 && task.run == 2)
        #expect(task.ready + task.busy + task.blocked == task.since - task.created)
        #expect(children.isEmpty && table.isEmpty)
        // The thread comes back from the last run after the task has ended: nothing happens.
        table.suspended(1, run: second.run, began: 205, at: 260)
        #expect(table.isEmpty)
    }

    /// Another thread may enqueue a task before the thread that ran it comes back.
    @Test func aLateReturnTouchesNoLaterRun() throws {
        var table = table()
        let begun = table.began(1, at: 110)
        let first = try #require(begun)
        guard case .ready = table.enqueued(1, at: 120) else {
            Issue.record("a running task that is enqueued was not blocked")
            return
        }
        let again = table.began(1, at: 130)
        let second = try #require(again)
        table.suspended(1, run: first.run, began: 110, at: 125)
        #expect(table.records[1]?.state == .running)
        table.suspended(1, run: second.run, began: 130, at: 150)
        #expect(table.records[1]?.state == .blocked)
        #expect(table.records[1]?.blocked == 0 && table.records[1]?.ready == 20)
    }

    @Test func aPlainChildEndsWithItsParent() throws {
        var table = table()
        table.enterStep(1, instruments, at: 120)
        table.insert(record(2, parent: 1))
        table.insert(record(3, parent: 2))
        table.leaveStep(1, at: 200)
        // The group that it belongs to may have been opened outside of the step.
        #expect(table.records.count == 3)
        table.insert(record(4, parent: 1))
        let ended = table.end(1, at: 300)
        #expect(Set(ended?.children.map(\.id) ?? []) == [2, 3, 4])
        #expect(table.isEmpty)
    }

    /// The parent goes on as soon as the child has ended, and may leave the step before the child's thread comes back.
    @Test(arguments: [1, 2] as [UInt64]) func aChildThatComesBackLateEndsWithItsStep(parent: UInt64) throws {
        var table = table()
        table.insert(record(5, parent: 1))
        table.enterStep(1, instruments, at: 120)
        table.insert(record(2, parent: 1, created: 130))
        table.insert(record(3, parent: parent, created: 130))
        let begun = (table.began(3, at: 140), table.began(5, at: 140))
        let (child, older) = (try #require(begun.0), try #require(begun.1))
        table.leaveStep(1, at: 200)
        table.suspended(3, run: child.run, began: 140, at: 260)
        #expect(table.records[3]?.since == 200 && table.records[3]?.busy == 60)
        // A child from before the step may outlive it.
        table.suspended(5, run: older.run, began: 140, at: 270)
        #expect(table.records[5]?.since == 270)
        // So may one that is of a group around the step, as is seen when it runs again.
        _ = table.enqueued(3, at: 280)
        let again = table.began(3, at: 290)
        table.suspended(3, run: try #require(again).run, began: 290, at: 300)
        #expect(table.records[3]?.since == 300)
    }

    /// The parent has ended before the child's thread came back.
    @Test func aChildThatIsTakenForRunningEndsWithItsParent() throws {
        var table = table()
        table.insert(record(2, parent: 1))
        _ = table.began(2, at: 140)
        let ended = table.end(1, at: 300)
        let child = try #require(ended?.children.first)
        #expect(child.since == 300 && child.busy == 160)
    }

    /// Two readings of the clock may be out of order by a little: no time has passed, rather than centuries.
    @Test func aClockThatIsBehindIsNoTime() throws {
        var table = table()
        let begun = table.began(1, at: 99)
        let run = try #require(begun)
        table.suspended(1, run: run.run, began: 99, at: 98)
        guard case .unblocked(let unblocked) = table.enqueued(1, at: 97) else { return }
        let ended = table.end(1, at: 96)
        let task = try #require(ended).task
        #expect([run.ready, unblocked.duration, task.busy, task.ready, task.blocked] == [0, 0, 0, 0, 0])
    }

    @Test func aWrappedChildEndsByItself() throws {
        var table = table()
        table.insert(record(2, parent: 1, identity: TaskIdentity(name: "named", span: nil)))
        let parent = table.end(1, at: 300)
        #expect(parent?.children.isEmpty == true)
        let child = table.end(2, at: 400)
        #expect(child?.task.id == 2)
        #expect(table.isEmpty)
    }

    @Test func isBounded() {
        var table = TaskTable()
        table.insert(record(1, identity: TaskIdentity(name: "", span: nil)))
        for id in 2...UInt64(TaskTable.limit) { table.insert(record(id, parent: 1)) }
        let isKept = table.insert(record(9999, parent: 1))
        #expect(!isKept && table.records.count == TaskTable.limit)
        guard case .unknown = table.enqueued(9999, at: 200) else {
            Issue.record("a task was kept past the limit")
            return
        }
        let begun = table.began(9999, at: 200)
        #expect(begun == nil)
    }

    @Test func aTaskWithoutAKnownParentIsNoChild() {
        var table = table()
        let isKept = table.insert(record(7, parent: 6))
        #expect(!isKept)
    }

    @Test func tellsOnceOfEachLongSuspension() throws {
        var table = TaskTable()
        table.insert(record(1, identity: TaskIdentity(name: "t", span: nil)))
        table.insert(record(2, parent: 1))
        for id in [UInt64(1), 2] {
            let begun = table.began(id, at: 110)
            let run = try #require(begun)
            table.suspended(id, run: run.run, began: 110, at: 120)
        }
        let tooEarly = table.takeUnreported(at: 129, blockedFor: 10)
        #expect(tooEarly.isEmpty)
        let longerThanTheMachineRuns = table.takeUnreported(at: 500, blockedFor: .max)
        #expect(longerThanTheMachineRuns.isEmpty)
        // Task 2 is a plain child: it may as well have ended.
        let found = table.takeUnreported(at: 130, blockedFor: 10)
        #expect(found.map(\.id) == [1])
        let again = table.takeUnreported(at: 500, blockedFor: 10)
        #expect(again.isEmpty)
        #expect(table.count(in: .blocked) == 1)
        guard case .unblocked(let unblocked) = table.enqueued(1, at: 600) else { return }
        #expect(unblocked.wasReported)
    }
}
