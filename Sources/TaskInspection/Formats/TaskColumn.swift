/// What a table of tasks tells of each.
package enum TaskColumn: CaseIterable, Sendable {
    case id, saga, step, name, state, age, ready, busy, blocked, runs, waitsFor, notes

    package var title: String {
        switch self {
        case .waitsFor: "WAITS FOR"
        default: "\(self)".uppercased()
        }
    }

    package var isNumber: Bool {
        switch self {
        case .id, .age, .ready, .busy, .blocked, .runs: true
        case .saga, .step, .name, .state, .waitsFor, .notes: false
        }
    }

    package func text(of task: LiveTask) -> String {
        switch self {
        case .id: "\(task.id)"
        case .saga: task.saga?.saga.printable ?? "-"
        case .step: task.saga?.step?.printable ?? "-"
        case .name: task.name?.printable ?? "-"
        case .state: "\(task.state.rawValue) \(DurationText.of(nanoseconds: task.stateAge))"
        case .age: DurationText.of(nanoseconds: task.age)
        case .ready: DurationText.of(nanoseconds: task.ready)
        case .busy: DurationText.of(nanoseconds: task.busy)
        case .blocked: DurationText.of(nanoseconds: task.blocked)
        case .runs: "\(task.runs)"
        case .waitsFor: task.waitsFor?.summary ?? "-"
        case .notes: Self.notes(of: task)
        }
    }

    private static func notes(of task: LiveTask) -> String {
        guard task.isCancelled || !task.warnings.isEmpty else { return "" }
        return ((task.isCancelled ? ["cancelled"] : []) + task.warnings.map(\.printable)).joined(separator: ", ")
    }
}

extension WaitTarget {
    /// In a few words, with the first three tasks that are waited for.
    package var summary: String {
        switch kind {
        case .task: "task \(TaskList.of(tasks, atMost: 3))"
        case .group: tasks.isEmpty ? "group" : "group of \(TaskList.of(tasks, atMost: 3))"
        case .executor: executor.map { "executor \($0.printable)" } ?? "executor"
        case .continuation, .timer, .unknown: kind.rawValue
        }
    }
}

/// Ids of tasks as text.
package enum TaskList {
    /// `3, 4, 5, … (12)`: the number of all when some are left out.
    package static func of(_ ids: [UInt64], atMost limit: Int) -> String {
        let shown = ids.prefix(limit).map(String.init).joined(separator: ", ")
        return ids.count > limit ? "\(shown), … (\(ids.count))" : shown
    }
}
