import TaskInspection

/// What cannot be true of any program, whatever its tasks do meanwhile.
enum DumpCritic {
    static func faults(in dump: TaskDump) -> [String] {
        var faults: [String] = []
        if Set(dump.tasks.map(\.id)).count != dump.tasks.count { faults.append("a task is there twice") }
        for task in dump.tasks { faults += self.faults(in: task, stacks: dump.stacks.count) }
        for stack in dump.stacks {
            if stack.isEmpty { faults.append("an empty stack") }
            for frame in stack where frame.module == nil { faults.append("a frame at \(frame.address) is no code") }
        }
        return faults
    }

    private static func faults(in task: LiveTask, stacks: Int) -> [String] {
        var faults: [String] = []
        let sum = task.ready + task.busy + task.blocked
        // Each change of state may be seen by two processors at times that differ by some 100 ns.
        if sum > task.age + 2_000 + 200 * UInt64(task.runs) {
            faults.append("task \(task.id): \(sum) ns in \(task.age)")
        }
        if task.parent == task.id { faults.append("task \(task.id) is its own parent") }
        if let stack = task.stack, !(0..<stacks).contains(stack) {
            faults.append("task \(task.id) has no stack \(stack)")
        }
        if task.state == .running, task.stack != nil { faults.append("task \(task.id) runs and has a stack") }
        if let targets = task.waitsFor?.tasks, Set(targets).count != targets.count {
            faults.append("task \(task.id) waits twice for one")
        }
        return faults
    }
}
