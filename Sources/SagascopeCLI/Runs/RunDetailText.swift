import RunInspection
import SagaRuntime
import TaskInspection

/// All that is known of one run, for people.
struct RunDetailText {
    private let detail: RunDetail

    private static let textBytes = 400

    init(_ detail: RunDetail) { self.detail = detail }

    var text: String {
        [headlines, comparison, differences, history, tasks, unseen].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func inert(_ text: String) -> String { text.shortened(to: textBytes).printable }

    // MARK: what it is

    private var headlines: String {
        let (memory, log) = (detail.memory, detail.log)
        let saga = memory?.saga ?? log?.saga ?? ""
        let key = memory.map(\.id) ?? log?.key ?? ""
        var lines = [
            "run \(memory?.run ?? log?.run ?? "-"), id \(key.isEmpty ? "-" : Self.inert(key)), saga \(Self.inert(saga)), "
                + "version \(memory?.version ?? log?.version ?? 0)"
        ]
        if let trace = detail.trace { lines.append("trace \(Self.inert(trace))") }
        if let result = log?.result { lines.append("result \(Self.inert(result))") }
        if let error = memory?.error ?? log?.error {
            lines.append(Self.inert("error \(error.type) (\(error.result)): \(error.message)"))
        }
        if let attention = memory?.attention { lines.append("attention: \(Self.inert(attention))") }
        let letters = memory?.deadLetters ?? log?.deadLetters ?? []
        if !letters.isEmpty { lines.append("dead letters: \(Self.inert(letters.joined(separator: ", ")))") }
        return lines.map { $0 + "\n" }.joined()
    }

    // MARK: memory beside log

    private var comparison: String {
        let (memory, log) = (detail.memory, detail.log)
        var table = TextTable([.init(title: ""), .init(title: "MEMORY"), .init(title: "LOG")])
        table.add(["state", memory?.state ?? "-", log?.state ?? "-"])
        table.add(["last record", memory.map { "\($0.lsn)" } ?? "-", log.map { "\($0.lsn)" } ?? "-"])
        table.add(["records", memory.map { "\($0.records)" } ?? "-", log.map { "\($0.records)" } ?? "-"])
        if let log {
            table.add(["changed", "-", timeText(log.changedUnixNano)])
        }
        for index in 0..<max(memory?.steps.count ?? 0, (log?.steps.last?.index ?? -1) + 1) where index < 4_096 {
            let inMemory = memory.flatMap { $0.steps.indices.contains(index) ? $0.steps[index] : nil }
            let inLog = log?.steps.first { $0.index == index }
            guard let name = inMemory?.name ?? inLog?.name else { continue }
            table.add([
                "step \(name)".shortened(to: Self.textBytes),
                inMemory.map { Self.step($0.state, $0.attempts, $0.compensations) } ?? "-",
                inLog.map { Self.step($0.state, $0.attempts, $0.compensations) } ?? (log == nil ? "-" : "idle"),
            ])
        }
        return table.text
    }

    /// `stuck, 1 attempt, 3 to undo`
    private static func step(_ state: String, _ attempts: Int, _ compensations: Int) -> String {
        var text = state
        if attempts > 0 { text += ", \(countText(UInt64(attempts), "attempt"))" }
        if compensations > 0 { text += ", \(compensations) to undo" }
        return text
    }

    private var differences: String {
        let problems = (detail.log?.problems ?? []).map { "  in the log: \(Self.inert($0))\n" }
        if !detail.differences.isEmpty {
            return "MEMORY AND LOG DIFFER\n" + (detail.differences.map { "  \(Self.inert($0))\n" } + problems).joined()
        }
        if !problems.isEmpty { return "PROBLEMS\n" + problems.joined() }
        guard let memory = detail.memory else { return "No program was asked: this is what the log says.\n" }
        return memory.lsn > 0 ? "Memory and log agree.\n" : "It has no record in memory to be compared.\n"
    }

    // MARK: its records

    private var history: String {
        var table = TextTable([
            .init(title: "LSN", isNumber: true), .init(title: "TIME"), .init(title: "KIND"), .init(title: "NAME"),
            .init(title: "STEP", isNumber: true), .init(title: "ATTEMPT", isNumber: true),
            .init(title: "EPOCH", isNumber: true), .init(title: "BYTES", isNumber: true), .init(title: "PAYLOAD"),
        ])
        for record in detail.history {
            table.add([
                "\(record.lsn)", timeText(record.timeUnixNano), record.kind, record.name, "\(record.step)",
                "\(record.attempt)", "\(record.epoch)", "\(record.payloadBytes)", record.payload ?? "",
            ])
        }
        guard !detail.history.isEmpty else { return "" }
        let leftOut = detail.historyLeftOut
        return "HISTORY\n" + table.text
            + (leftOut > 0
                ? "\(countText(UInt64(leftOut), "record")) between the first and the last are not shown\n" : "")
    }

    // MARK: its tasks

    private var tasks: String {
        guard !detail.tasks.isEmpty else { return "" }
        var text = "TASKS, the function that waits first\n"
        for task in detail.tasks {
            let names = [task.name, task.step.map { "step \($0)" }].compactMap { $0 }.map { Self.inert($0) }
            text += "  task \(task.id)" + (names.isEmpty ? "" : " (\(names.joined(separator: ", ")))")
            text += ": \(Self.inert(task.state)) \(DurationText.of(nanoseconds: task.stateAge))"
            if let target = task.waitsFor { text += ", waits for \(Self.inert(target))" }
            if !task.warnings.isEmpty { text += ", \(Self.inert(task.warnings.joined(separator: ", ")))" }
            text += "\n" + task.stack.map { "    \(Self.inert($0))\n" }.joined()
        }
        if detail.tasksLeftOut > 0 { text += "  \(countText(UInt64(detail.tasksLeftOut), "more task")) not shown\n" }
        return text
    }

    private var unseen: String {
        detail.unseen.isEmpty ? "" : "NOT SEEN\n" + detail.unseen.map { "  \(Self.inert($0))\n" }.joined()
    }
}
