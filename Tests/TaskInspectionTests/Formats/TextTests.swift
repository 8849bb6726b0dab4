import TaskInspection
import Testing

struct TextTests {
    private func text(_ dump: TaskDump, _ format: TaskDumpFormat = .text) -> String {
        String(decoding: format.render(dump), as: UTF8.self)
    }

    @Test func showsWhatIsWrongFirstThenTasksThenStacks() {
        #expect(
            text(Samples.full) == """
                shop (pid 7) at 2025-11-24T16:00:00.123Z: 3 tasks: 1 running, 0 ready, 2 blocked

                FAILED
                  saga checkout, run ab: failure
                  in step charge
                  Declined: no money
                  3 more of its tasks are not shown

                WARNINGS
                  task 3 (checkout, charge, notify): orphan

                WAIT FOR EACH OTHER
                  task 3 → task 4 → task 3

                NOT SEEN
                  stacks, and what a task waits for: tier 3 (layout) is off, self_test
                  17 tasks that the table had no room for

                saga checkout, run ab: 2 tasks
                  ID  NAME    STEP    STATE          AGE  READY    BUSY  BLOCKED  RUNS  WAITS FOR                NOTES
                   3  notify  charge  blocked 3.2 s  5 s  15 µs  340 ms    4.6 s     5  task 4                   cancelled, orphan
                   4  -       charge  blocked 0 s    0 s    0 s     0 s      0 s     0  group of 3, 5, 6, … (4)

                in no saga: 1 task
                  ID  NAME    STEP    STATE          AGE  READY    BUSY  BLOCKED  RUNS  WAITS FOR                NOTES
                   5  -       -       running 0 s    0 s    0 s     0 s      0 s     0  -

                STACKS, the function that waits first
                  2 × task 3, 4
                    (1 of the runtime)
                    Payment.charge(order:)  Payment.swift:42
                    shop+0x2f

                """)
    }

    @Test func anEmptyDumpSaysWhy() {
        let dump = TaskDump(
            time: 0, process: ProcessIdentity(id: 1, name: "a"),
            tiers: [TrackingTier(.hook, reasonOff: "unknown_runtime")],
            tasks: [])
        #expect(
            text(dump) == """
                a (pid 1) at 1970-01-01T00:00:00.000Z: 0 tasks: 0 running, 0 ready, 0 blocked

                NOT SEEN
                  tasks outside of sagas, Task { } and Task.detached: tier 2 (hook) is off, unknown_runtime

                """)
        #expect(text(dump, .folded).isEmpty)
    }

    /// A name is data of the program: it may not move a terminal's cursor, nor make lines.
    @Test(arguments: [TaskDumpFormat.text, .folded]) func namesCannotEscape(format: TaskDumpFormat) {
        let hostile = "\u{1B}[2J\r\n\u{9B}1m\u{202E};x"
        var dump = Samples.full
        dump.process.name = hostile
        dump.failure?.saga = hostile
        dump.failure?.step = hostile
        dump.failure?.message = hostile
        dump.tasks[0].name = hostile
        dump.tasks[0].warnings = [hostile]
        dump.tasks[0].saga = SagaMembership(saga: hostile, run: hostile, step: hostile)
        dump.tasks[0].waitsFor = WaitTarget(.executor, executor: hostile)
        dump.stacks[0][1].function = hostile
        dump.stacks[0][1].file = hostile
        dump.stacks[0][2].module = hostile
        let lines = text(dump, format).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines.count == text(Samples.full, format).split(separator: "\n", omittingEmptySubsequences: false).count
                + (format == .text ? 3 : 1))
        for scalar: Unicode.Scalar in ["\u{1B}", "\r", "\u{9B}", "\u{202E}"] {
            #expect(!text(dump, format).unicodeScalars.contains(scalar))
        }
    }

    @Test func foldsEqualStacksRootFirst() {
        #expect(
            text(Samples.full, .folded) == """
                (no saga);(no step);(running) 1
                checkout;charge;shop+0x2f;Payment.charge(order:);swift_task_sleep 2

                """)
    }

    @Test func foldedNamesHaveNoSemicolon() {
        var dump = Samples.full
        dump.tasks = [
            LiveTask(id: 1, saga: SagaMembership(saga: "a;b", run: "r", step: ""), state: .blocked, stack: 0)
        ]
        dump.stacks = [[StackFrame(address: 0, function: "f(x: [Int; 3])")]]
        #expect(text(dump, .folded) == "a:b;-;f(x: [Int: 3]) 1\n")
    }

    /// A dump from elsewhere may be wrong in itself.
    @Test(arguments: TaskDumpFormat.allCases) func aStackThatIsNotThereIsNone(format: TaskDumpFormat) {
        var dump = Samples.full
        dump.tasks[0].stack = 9
        dump.tasks[1].stack = -1
        #expect(!format.render(dump).isEmpty)
    }
}

struct DurationTextTests {
    @Test(
        arguments: [
            (0, "0 s"), (1, "1 ns"), (999, "999 ns"), (1_000, "1 µs"), (1_900, "1.9 µs"), (15_999, "15 µs"),
            (340_000_000, "340 ms"), (999_999_999, "999 ms"), (1_250_000_000, "1.2 s"), (59_999_999_999, "59 s"),
            (60_000_000_000, "1 min 00 s"), (185_000_000_000, "3 min 05 s"), (7_800_000_000_000, "2 h 10 min"),
            (349_200_000_000_000, "4 d 1 h"), (UInt64.max, "213503 d 23 h"),
        ] as [(UInt64, String)])
    func isAsPeopleSayIt(nanoseconds: UInt64, text: String) {
        #expect(DurationText.of(nanoseconds: nanoseconds) == text)
    }
}
