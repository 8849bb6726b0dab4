import TaskInspection

/// The live view as lines: the same state and size give the same lines, always as many as the screen has.
struct Screen {
    private let state: ViewState
    private let size: ScreenSize

    init(_ state: ViewState, _ size: ScreenSize) {
        self.state = state
        self.size = size
    }

    var lines: [ScreenLine] {
        let header = header
        let room = max(0, size.rows - header.count - 1)
        let body = Array(body.prefix(room))
        let blank = Array(repeating: ScreenLine(""), count: room - body.count)
        let lines = (header + body + blank).prefix(max(0, size.rows - 1)) + [footer]
        return lines.suffix(size.rows).map { $0.fitted(to: size.columns) }
    }

    /// How many tasks, or lines of a detail, fit on it.
    var page: Int { max(1, size.rows - header.count - 1 - (state.mode == .detail ? 0 : 1)) }

    private var body: [ScreenLine] {
        switch state.mode {
        case .help: HelpText.lines
        case .detail: Array(TaskDetail(state).lines.dropFirst(state.detailTop))
        case .list, .sagaEntry: TaskTable(state, page: page).lines
        }
    }

    // MARK: header

    private var header: [ScreenLine] {
        guard let dump = state.dump else {
            return [ScreenLine("sagascope tasks · \(state.place)", .bold)] + failure
        }
        return [ScreenLine(headline(dump), .bold), ScreenLine(dump.stateSummary + sagas(dump))]
            + warnings(dump) + dump.unseen.prefix(3).map { ScreenLine("not seen: \($0)", .faint) } + failure
    }

    private func headline(_ dump: TaskDump) -> String {
        let process = "\(dump.process.name.printable) (pid \(dump.process.id))"
        let seconds = dump.time / 1_000_000_000 % 86_400
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(process) · \(state.place) · \(clock.joined(separator: ":")) UTC" + (state.isPaused ? " · PAUSED" : "")
    }

    private func sagas(_ dump: TaskDump) -> String {
        var counts: [String: Int] = [:]
        for task in dump.tasks { if let saga = task.saga { counts[saga.saga, default: 0] += 1 } }
        guard !counts.isEmpty else { return "" }
        let greatest = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(4)
        let named = greatest.map { "\($0.key.printable) \($0.value)" }.joined(separator: ", ")
        return " · \(counts.count) saga\(counts.count == 1 ? "" : "s"): \(named)" + (counts.count > 4 ? ", …" : "")
    }

    private func warnings(_ dump: TaskDump) -> [ScreenLine] {
        var counts: [String: Int] = [:]
        for task in dump.tasks { for warning in task.warnings { counts[warning, default: 0] += 1 } }
        let named = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key.printable) \($0.value)" }
        return (named.isEmpty ? [] : [ScreenLine("warnings: " + named.joined(separator: ", "), .warning)])
            + dump.cycles.prefix(2).map { ScreenLine("wait for each other: " + CycleText.of($0), .warning) }
    }

    private var failure: [ScreenLine] {
        state.failure.map { [ScreenLine("no answer: \($0.printable)", .warning)] } ?? []
    }

    // MARK: footer

    private var footer: ScreenLine {
        switch state.mode {
        case .sagaEntry(let text): ScreenLine("only tasks of saga (empty: all): \(text.printable)▏", .bold)
        case .help: ScreenLine("any key: back", .faint)
        case .detail: ScreenLine("esc back   ↑↓ scroll   space pause   q quit", .faint)
        case .list:
            ScreenLine(
                "q quit   space pause   s/S sort (\(state.selection.order.rawValue))   r reverse   ↑↓ choose   "
                    + "enter detail   / saga   h help", .faint)
        }
    }
}

enum HelpText {
    static let lines =
        """

        q, ^C        quit
        space        pause; the program goes on, the view stands still
        s, S         sort by the next column, by the one before
        r            reverse the order
        ↑ ↓, k j     choose a task; page up, page down, home and end too
        enter        the chosen task with its async stack; esc goes back
        /            only the tasks of one saga; an empty name shows all

        STATE        what the task does, and for how long: running on a thread, ready for one, blocked
        AGE          since the task was made, or first seen
        READY        how long it waited for a thread or an actor, all in all
        BUSY         how long it ran
        BLOCKED      how long it was suspended
        RUNS         how often a thread took it
        WAITS FOR    a task, the children of a group, a continuation, a timer, an executor
        NOTES        cancelled, and what is wrong with it
        """
        .split(separator: "\n", omittingEmptySubsequences: false).map { ScreenLine(String($0)) }
}
