import TaskInspection

/// A task of a run: what it is at, and its async stack.
package struct RunTask: Codable, Sendable, Equatable {
    package var id: UInt64
    package var name: String?
    package var step: String?
    /// `ready`, `running`, `blocked`, and for how long, in ns.
    package var state: String
    package var stateAge: UInt64
    package var waitsFor: String?
    package var warnings: [String]
    /// As lines for people, the function that waits first.
    package var stack: [String]

    /// The tasks of a run.
    /// - Parameter limit: of how many.
    package static func tasks(of run: String, in dump: TaskDump, limit: Int) -> (shown: [RunTask], leftOut: Int) {
        let tasks = dump.tasks.filter { $0.saga?.run == run }
        return (tasks.prefix(limit).map { RunTask($0, in: dump) }, max(0, tasks.count - limit))
    }

    private init(_ task: LiveTask, in dump: TaskDump) {
        (id, name, step, state) = (task.id, task.name, task.saga?.step, task.state.rawValue)
        (stateAge, waitsFor, warnings) = (task.stateAge, task.waitsFor?.summary, task.warnings)
        stack =
            task.stack.flatMap { dump.stacks.indices.contains($0) ? dump.stacks[$0] : nil }
            .map { StackText.lines(of: $0) } ?? []
    }
}
