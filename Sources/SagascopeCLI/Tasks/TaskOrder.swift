import ArgumentParser
import TaskInspection

/// By what tasks are sorted.
enum TaskOrder: String, CaseIterable, ExpressibleByArgument, Sendable {
    case age, state, busy, blocked, ready, runs, id

    /// The column that shows it.
    var column: TaskColumn {
        switch self {
        case .age: .age
        case .state: .state
        case .busy: .busy
        case .blocked: .blocked
        case .ready: .ready
        case .runs: .runs
        case .id: .id
        }
    }

    /// Greatest first, of which one wants to see the extremes; ids from the oldest. Blocked tasks before ready ones before
    /// running ones, the longest in its state first.
    func sort(_ tasks: [LiveTask], isReversed: Bool) -> [LiveTask] {
        let sorted = tasks.sorted { rank($1) < rank($0) }
        return isReversed ? sorted.reversed() : sorted
    }

    /// Greater comes first; the id decides between equals, so that rows do not jump about.
    private func rank(_ task: LiveTask) -> (UInt64, UInt64, UInt64) {
        let id = UInt64.max - task.id
        return switch self {
        case .age: (task.age, 0, id)
        case .state: (task.state == .blocked ? 2 : task.state == .ready ? 1 : 0, task.stateAge, id)
        case .busy: (task.busy, 0, id)
        case .blocked: (task.blocked, 0, id)
        case .ready: (task.ready, 0, id)
        case .runs: (UInt64(task.runs), 0, id)
        case .id: (0, 0, id)
        }
    }
}
