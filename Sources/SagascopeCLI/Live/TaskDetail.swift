import TaskInspection

/// All that is known of the chosen task.
struct TaskDetail {
    private let task: LiveTask?
    private let dump: TaskDump?
    private let id: UInt64?

    init(_ state: ViewState) {
        task = state.chosenTask
        dump = state.dump
        id = state.chosen
    }

    var lines: [ScreenLine] {
        guard let task else { return [ScreenLine(""), ScreenLine("task \(id ?? 0) has ended")] }
        return [ScreenLine("")] + facts(of: task) + [ScreenLine("")] + stack(of: task)
    }

    private func facts(of task: LiveTask) -> [ScreenLine] {
        var facts: [(String, String)] = [
            ("task", "\(task.id)" + (task.name.map { " \($0.printable)" } ?? "")),
            ("made as", task.kind.rawValue + (task.parent.map { " by task \($0)" } ?? "")),
            ("saga", task.saga.map(words) ?? "none"),
            ("state", TaskColumn.state.text(of: task) + (task.isCancelled ? ", cancelled" : "")),
            ("age", times(of: task)),
            ("runs", "\(task.runs)"),
            ("priority", "\(task.priority)" + (priorityName(task.priority).map { " (\($0))" } ?? "")),
            ("waits for", task.waitsFor.map(words) ?? (task.state == .blocked ? "unknown" : "nothing")),
        ]
        if !task.warnings.isEmpty { facts.append(("warnings", task.warnings.map(\.printable).joined(separator: ", "))) }
        return facts.map { ScreenLine("\($0.padded(to: 12))\($1)", $0 == "warnings" ? .warning : .plain) }
    }

    private func words(_ saga: SagaMembership) -> String {
        "\(saga.saga.printable), run \(saga.run.printable)" + (saga.step.map { ", step \($0.printable)" } ?? "")
            + (saga.isOrphan ? ", which has ended" : "")
    }

    private func words(_ target: WaitTarget) -> String {
        let summary = target.summary
        guard target.tasks.count > 3 else { return summary }
        return "\(target.kind.rawValue): \(TaskList.of(target.tasks, atMost: 32))"
    }

    /// `5 s: 15 µs ready, 340 ms busy, 4.6 s blocked`
    private func times(of task: LiveTask) -> String {
        let parts = [("ready", task.ready), ("busy", task.busy), ("blocked", task.blocked)]
        return DurationText.of(nanoseconds: task.age) + ": "
            + parts.map { "\(DurationText.of(nanoseconds: $1)) \($0)" }.joined(separator: ", ")
    }

    /// As `TaskPriority` names them.
    private func priorityName(_ value: UInt8) -> String? {
        let names: [UInt8: String] = [33: "user interactive", 25: "high", 21: "medium", 17: "low", 9: "background"]
        return names[value]
    }

    private func stack(of task: LiveTask) -> [ScreenLine] {
        guard let dump, let number = task.stack, dump.stacks.indices.contains(number) else {
            let reason = task.state == .running ? "it is running" : "it cannot be read"
            return [ScreenLine("no async stack: \(reason)", .faint)]
        }
        let alike = dump.tasks.count { $0.stack == number } - 1
        let others = alike > 0 ? ", the same in \(alike) other\(alike == 1 ? "" : "s")" : ""
        return [ScreenLine("async stack, the function that waits first\(others)", .bold)]
            + StackText.lines(of: dump.stacks[number]).map { ScreenLine("  \($0)") }
    }
}
