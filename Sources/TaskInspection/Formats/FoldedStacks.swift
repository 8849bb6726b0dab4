/// Folded stacks: a line for each distinct path from the saga to the innermost frame, and how many tasks are there.
///
/// Source: https://github.com/brendangregg/FlameGraph, `stackcollapse*.pl`; inferno and speedscope read the same.
struct FoldedStacks {
    private let dump: TaskDump

    init(_ dump: TaskDump) { self.dump = dump }

    /// Lines sorted, so that two dumps can be compared.
    var bytes: [UInt8] {
        let frames = dump.stacks.map { $0.reversed().map { Self.clean($0.title) }.joined(separator: ";") }
        var counts: [Path: Int] = [:]
        for task in dump.tasks { counts[path(of: task), default: 0] += 1 }
        let lines = counts.map { path, count in
            let leaf = path.stack.map { frames[$0] } ?? "(\(path.state.rawValue))"
            let step = path.step.map(Self.clean) ?? "(no step)"
            return "\(path.saga.map(Self.clean) ?? "(no saga)");\(step);\(leaf) \(count)\n"
        }
        return Array(lines.sorted().joined().utf8)
    }

    /// A task without a stack stands under its state, so that the counts add up to all tasks.
    private struct Path: Hashable {
        let saga: String?
        let step: String?
        let stack: Int?
        let state: LiveTask.State
    }

    private func path(of task: LiveTask) -> Path {
        let stack = task.stack.flatMap { dump.stacks.indices.contains($0) && !dump.stacks[$0].isEmpty ? $0 : nil }
        return Path(
            saga: task.saga?.saga, step: task.saga?.step, stack: stack, state: stack == nil ? task.state : .blocked)
    }

    /// A semicolon would be a frame of its own, a line feed a line.
    private static func clean(_ name: String) -> String {
        name.isEmpty ? "-" : String(name.printable.map { $0 == ";" ? ":" : $0 })
    }
}
