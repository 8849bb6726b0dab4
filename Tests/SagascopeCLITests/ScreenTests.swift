import TaskInspection
import Testing

@testable import SagascopeCLI

struct ScreenTests {
    private static let size = ScreenSize(rows: 16, columns: 200)

    private func state(_ dump: TaskDump? = Samples.dump, keys: [Key] = []) -> ViewState {
        var state = ViewState(place: "http://shop:9464", interval: .seconds(1), selection: TaskSelection())
        if let dump { state.show(dump) }
        for key in keys { _ = state.press(key, page: 5) }
        return state
    }

    private func text(_ state: ViewState, _ size: ScreenSize = size) -> [String] {
        Screen(state, size).lines.map { line in
            var text = line.text
            while text.last == " " { text.removeLast() }
            return text
        }
    }

    @Test func showsProcessWarningsAndTasks() {
        #expect(
            text(state()) == [
                "shop (pid 7) · http://shop:9464 · 01:01:01 UTC",
                "4 tasks: 1 running, 1 ready, 2 blocked · 2 sagas: checkout 2, refund 1",
                "warnings: orphan 1",
                "wait for each other: task 3 → task 4 → task 3",
                "not seen: tasks outside of sagas, Task { } and Task.detached: tier 2 (hook) is off, in_use",
                "   ID  SAGA      STEP    NAME    STATE               AGE▼     READY      BUSY   BLOCKED   RUNS  WAITS FOR                NOTES",
                "    4  checkout  charge  -       blocked 1 s          9 s       0 s      1 µs       1 s      9  group of 3, 5, 6, … (4)",
                "    3  checkout  charge  notify  blocked 3.2 s        5 s     15 µs    340 ms     4.6 s      5  task 4                   cancelled, orphan",
                "    5  refund    -       -       ready 0 s            2 s    900 ms       0 s       0 s      1  -",
                "    6  -         -       -       running 0 s          1 s       0 s    800 ms       0 s      2  -",
                "", "", "", "", "",
                "q quit   space pause   s/S sort (age)   r reverse   ↑↓ choose   enter detail   / saga   h help",
            ])
    }

    @Test func stylesTellWarningsAndTheChosenTask() {
        let lines = Screen(state(keys: [.down]), Self.size).lines
        #expect(lines.filter { $0.style == .chosen }.map { $0.text.prefix(5) } == ["    4"])
        #expect(lines.filter { $0.style == .warning }.count == 3)
        #expect(lines.first { $0.style == .title }?.text.columns == 200)
    }

    @Test func theDetailHasTheStack() {
        #expect(
            text(state(keys: [.down, .down, .enter])).dropFirst(5) == [
                "",
                "task        3 notify",
                "made as     group_child by task 2",
                "saga        checkout, run ab, step charge, which has ended",
                "state       blocked 3.2 s, cancelled",
                "age         5 s: 15 µs ready, 340 ms busy, 4.6 s blocked",
                "runs        5",
                "priority    21 (medium)",
                "waits for   task 4",
                "warnings    orphan",
                "esc back   ↑↓ scroll   space pause   q quit",
            ])
        let tall = text(state(keys: [.down, .down, .enter]), ScreenSize(rows: 40, columns: 80))
        #expect(tall.contains("async stack, the function that waits first, the same in 1 other"))
        #expect(tall.contains("  Payment.charge(order:)  Payment.swift:42"))
        #expect(tall.contains("  (1 of the runtime)"))
    }

    @Test func aTaskThatHasEndedIsToldOf() {
        var state = state(keys: [.down, .enter])
        var dump = Samples.dump
        dump.tasks.removeAll { $0.id == 4 }
        state.show(dump)
        #expect(text(state).contains("task 4 has ended"))
    }

    @Test func beforeTheFirstDumpAndAfterAFailure() {
        var state = state(nil)
        #expect(text(state)[0] == "sagascope tasks · http://shop:9464")
        state.show(.noSuchProcess(7))
        #expect(text(state)[1] == "no answer: there is no process 7.")
        state.show(Samples.dump)
        #expect(!text(state).contains { $0.hasPrefix("no answer") })
    }

    /// Also one that is smaller than the header.
    @Test(arguments: [1, 2, 5, 6, 7, 24], [1, 10, 80])
    func everyLineFitsOnAnyScreen(rows: Int, columns: Int) {
        for keys in [[], [.down, .enter], [.character("h")], [.character("/"), .character("x")]] as [[Key]] {
            let lines = Screen(state(keys: keys), ScreenSize(rows: rows, columns: columns)).lines
            #expect(lines.count == rows)
            #expect(lines.allSatisfy { $0.text.columns <= columns })
        }
    }

    @Test func namesCannotEscape() {
        let hostile = "\u{1B}[2J\n\u{9B}x"
        var dump = Samples.dump
        dump.process.name = hostile
        dump.tasks[1].name = hostile
        dump.tasks[1].saga = SagaMembership(saga: hostile, run: hostile, step: hostile)
        dump.tasks[1].warnings = [hostile]
        dump.stacks[1][1].function = hostile
        for keys in [[], [.down, .enter]] as [[Key]] {
            let lines = Screen(state(dump, keys: keys), ScreenSize(rows: 40, columns: 200)).lines
            #expect(lines.allSatisfy { $0.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x9B } })
        }
    }
}

struct ViewStateTests {
    private func state(tasks: Int) -> ViewState {
        var state = ViewState(place: "x", interval: .seconds(1), selection: TaskSelection(order: .id))
        var dump = Samples.dump
        dump.tasks = (1...UInt64(tasks)).map { LiveTask(id: $0, state: .running) }
        state.show(dump)
        return state
    }

    private func press(_ keys: [Key], _ state: inout ViewState) -> Bool {
        var goesOn = true
        for key in keys where goesOn {
            goesOn = state.press(key, page: 5)
            state.scroll(page: 5)
        }
        return goesOn
    }

    @Test func choosingScrolls() {
        var state = state(tasks: 20)
        for (keys, chosen, top) in [
            ([.down], 1, 0), ([.down, .character("j"), .down, .down], 5, 0), ([.down], 6, 1), ([.pageDown], 11, 6),
            ([.up, .character("k")], 9, 6), ([.pageUp], 4, 3), ([.end], 20, 15), ([.down], 20, 15), ([.home], 1, 0),
            ([.up], 1, 0),
        ] as [([Key], UInt64, Int)] {
            #expect(press(keys, &state))
            #expect(state.chosen == chosen && state.listTop == top)
        }
        #expect(press([.escape], &state))
        #expect(state.chosen == nil)
    }

    @Test func theChosenTaskStaysChosenWhereverItGoes() {
        var state = state(tasks: 20)
        #expect(press([.down, .down, .character("r")], &state))
        #expect(state.chosen == 2 && state.chosenIndex == 18 && state.listTop == 14)
    }

    @Test func sortsByEachColumnInTurn() {
        var state = state(tasks: 1)
        for order in TaskOrder.allCases {
            #expect(press([.character("s")], &state))
            #expect(state.selection.order == order)
        }
        #expect(press([.character("S")], &state))
        #expect(state.selection.order == .runs)
    }

    @Test func aPauseKeepsTheView() {
        var state = state(tasks: 3)
        #expect(press([.character(" ")], &state))
        state.show(Samples.dump)
        state.show(.noSuchProcess(1))
        #expect(state.tasks.count == 3 && state.failure == nil)
        #expect(press([.character(" ")], &state))
        state.show(Samples.dump)
        #expect(state.tasks.count == 4)
    }

    @Test func aSagaCanBeChosen() {
        var state = state(tasks: 1)
        state.show(Samples.dump)
        #expect(press([.character("/")] + "refunq".map { .character($0) } + [.backspace, .character("d")], &state))
        #expect(state.mode == .sagaEntry("refund"))
        #expect(press([.enter], &state))
        #expect(state.tasks.map(\.id) == [5])
        #expect(press([.character("/")] + Array(repeating: .backspace, count: 9) + [.enter], &state))
        #expect(state.tasks.count == 4)
        #expect(press([.character("/"), .character("x"), .escape], &state))
        #expect(state.tasks.count == 4 && state.mode == .list)
    }

    @Test func ends() {
        for keys in [
            [.character("q")], [.interrupt], [.down, .enter, .character("q")], [.character("/"), .interrupt],
        ]
            as [[Key]]
        {
            var state = state(tasks: 3)
            #expect(!press(keys, &state))
        }
        var typing = state(tasks: 3)
        #expect(press([.character("/"), .character("q")], &typing))
    }
}
