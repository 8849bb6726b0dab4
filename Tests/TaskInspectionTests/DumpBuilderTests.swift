import CSagascope
import Glibc
import Testing

@testable import TaskInspection

/// What becomes of readings of a task that was somewhere else meanwhile, unseen.
struct DumpBuilderTests {
    private func task(id: UInt64) -> sgs_task {
        var task = sgs_task()
        task.id = id
        task.word = sgs_word_make(1_000_000, 0, SGS_TASK_BLOCKED)
        return task
    }

    /// An address of code, as a task's function to go on with.
    private var code: UInt64 { UInt64(UInt(bitPattern: dlsym(nil, "malloc"))) }

    @Test func aStackOfWhatIsNoCodeIsNone() {
        let frames = [[code, code], [code, 0x10], [0x10]]
        let readings = frames.map { frames in TaskReading(header: sgs_task_header(), frames: frames) }
        let builder = DumpBuilder(
            [task(id: 1), task(id: 2), task(id: 3)], names: [:], readings: readings, now: 2_000_000)
        #expect(builder.tasks.map(\.stack) == [0, nil, nil])
        #expect(builder.stacks.count == 1)
        #expect(builder.tasks.map(\.state) == [.blocked, .blocked, .blocked])
        #expect(builder.tasks.map { $0.waitsFor?.kind } == [.unknown, nil, nil], "nor is what it waits for")
    }

    /// It is on a thread as far as its record knows, which saw none of its suspensions.
    @Test func anObjectTellsMoreThanARecordThatJoinedLate() {
        var joined = task(id: 1)
        joined.word = sgs_word_make(1_000_000, 0, SGS_TASK_RUNNING)
        joined.flags = UInt8(SGS_TASK_JOINED)
        var seen = joined
        seen.runs = 1
        let reading = TaskReading(header: sgs_task_header())
        let states = [(joined, reading), (joined, nil), (seen, reading)].map { record, reading in
            DumpBuilder([record], names: [:], readings: [reading], now: 2_000_000).tasks[0].state
        }
        #expect(states == [.blocked, .running, .running])
    }
}
