#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A dump for people: what is wrong, what is not seen, the tasks of each saga run, and the stacks.
struct TaskDumpText {
    private let dump: TaskDump

    init(_ dump: TaskDump) { self.dump = dump }

    var text: String {
        [[headline], failure, warnings, cycles, unseen, tables, stacks]
            .filter { !$0.isEmpty }
            .map { $0.joined(separator: "\n") + "\n" }
            .joined(separator: "\n")
    }

    private var headline: String {
        let time = Date(timeIntervalSince1970: Double(dump.time) / 1e9)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        return "\(dump.process.name.printable) (pid \(dump.process.id)) at \(time): \(dump.stateSummary)"
    }

    private var failure: [String] {
        guard let failure = dump.failure else { return [] }
        let error = [failure.errorType, failure.message].compactMap { $0?.printable }.joined(separator: ": ")
        let lines = [
            "saga \(failure.saga.printable), run \(failure.run.printable)"
                + (failure.result.map { ": \($0.printable)" } ?? ""),
            failure.step.map { "in step \($0.printable)" }, error.isEmpty ? nil : error,
            failure.leftOut > 0 ? "\(failure.leftOut) more of its tasks are not shown" : nil,
        ]
        return ["FAILED"] + lines.compactMap { $0.map { "  " + $0 } }
    }

    private var warnings: [String] {
        let warned = dump.tasks.filter { !$0.warnings.isEmpty }
        guard !warned.isEmpty else { return [] }
        return ["WARNINGS"]
            + warned.map { task in
                let place = [task.saga?.saga, task.saga?.step, task.name].compactMap { $0?.printable }
                return "  task \(task.id)" + (place.isEmpty ? "" : " (\(place.joined(separator: ", ")))") + ": "
                    + task.warnings.map(\.printable).joined(separator: ", ")
            }
    }

    private var cycles: [String] {
        guard !dump.cycles.isEmpty else { return [] }
        return ["WAIT FOR EACH OTHER"] + dump.cycles.map { "  " + CycleText.of($0) }
    }

    private var unseen: [String] {
        let lines = dump.unseen
        return lines.isEmpty ? [] : ["NOT SEEN"] + lines.map { "  " + $0 }
    }

    // MARK: tasks

    /// A run's tasks, or those of no saga.
    private struct Section {
        let title: String
        var rows: [[String]] = []
    }

    private static let columns: [TaskColumn] = [
        .id, .name, .step, .state, .age, .ready, .busy, .blocked, .runs, .waitsFor, .notes,
    ]

    private var tables: [String] {
        let sections = sections
        guard !sections.isEmpty else { return [] }
        var widths = Self.columns.map(\.title.columns)
        for section in sections {
            for row in section.rows {
                for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.columns) }
            }
        }
        return sections.flatMap { section -> [String] in
            let titles = Self.line(Self.columns.map(\.title), widths)
            return [section.title, titles] + section.rows.map { Self.line($0, widths) } + [""]
        }.dropLast()
    }

    /// Runs in the order of their sagas' names, what belongs to no saga last; tasks in the dump's order.
    private var sections: [Section] {
        var numbers: [RunKey: Int] = [:]
        var groups: [(key: RunKey, tasks: [LiveTask])] = []
        for task in dump.tasks {
            let key = RunKey(saga: task.saga?.saga, run: task.saga?.run)
            if let number = numbers[key] {
                groups[number].tasks.append(task)
            } else {
                numbers[key] = groups.count
                groups.append((key, [task]))
            }
        }
        return groups.sorted { $0.key < $1.key }.map { key, tasks in
            Section(
                title: "\(key.title): \(tasks.count) task\(tasks.count == 1 ? "" : "s")",
                rows: tasks.map { task in Self.columns.map { $0.text(of: task) } })
        }
    }

    private struct RunKey: Hashable, Comparable {
        let saga: String?
        let run: String?

        var title: String {
            guard let saga, let run else { return "in no saga" }
            return "saga \(saga.printable), run \(run.printable)"
        }

        static func < (left: RunKey, right: RunKey) -> Bool {
            guard let saga = left.saga, let run = left.run else { return false }
            guard let otherSaga = right.saga, let otherRun = right.run else { return true }
            return (saga, run) < (otherSaga, otherRun)
        }
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (number, cell) in cells.enumerated() {
            let isNumber = columns[number].isNumber
            line += "  "
            line += isNumber ? cell.aligned(right: widths[number]) : cell.padded(to: widths[number])
        }
        while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
        return line
    }

    // MARK: stacks

    private var stacks: [String] {
        var ids: [Int: [UInt64]] = [:]
        for task in dump.tasks {
            if let stack = task.stack, dump.stacks.indices.contains(stack) { ids[stack, default: []].append(task.id) }
        }
        guard !ids.isEmpty else { return [] }
        let byCount = ids.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        return ["STACKS, the function that waits first"]
            + byCount.flatMap { stack, ids in
                ["  \(ids.count) × task \(TaskList.of(ids, atMost: 10))"]
                    + StackText.lines(of: dump.stacks[stack]).map { "    " + $0 }
            }
    }
}
