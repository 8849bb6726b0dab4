import TaskInspection

/// Which tasks are shown, and in which order.
struct TaskSelection: Equatable, Sendable {
    var saga: String?
    var state: LiveTask.State?
    var id: UInt64?
    var order = TaskOrder.age
    var isReversed = false
    var limit: Int?

    func tasks(of dump: TaskDump) -> [LiveTask] {
        let chosen = dump.tasks.filter { task in
            (saga == nil || task.saga?.saga == saga) && (state == nil || task.state == state)
                && (id == nil || task.id == id)
        }
        let sorted = order.sort(chosen, isReversed: isReversed)
        return limit.map { Array(sorted.prefix($0)) } ?? sorted
    }

    /// The dump with these tasks alone, and with what belongs to them: their stacks, and cycles that one of them is in.
    func apply(to dump: TaskDump) -> TaskDump {
        var selected = dump
        selected.tasks = tasks(of: dump)
        var numbers: [Int: Int] = [:]
        selected.stacks = []
        for index in selected.tasks.indices {
            guard let stack = selected.tasks[index].stack, dump.stacks.indices.contains(stack) else {
                selected.tasks[index].stack = nil
                continue
            }
            if numbers[stack] == nil {
                numbers[stack] = selected.stacks.count
                selected.stacks.append(dump.stacks[stack])
            }
            selected.tasks[index].stack = numbers[stack]
        }
        let ids = Set(selected.tasks.map(\.id))
        selected.cycles = dump.cycles.filter { !ids.isDisjoint(with: $0) }
        return selected
    }
}
