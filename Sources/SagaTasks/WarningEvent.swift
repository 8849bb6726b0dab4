import CSagascope
import SagaTelemetry
import TaskInspection

/// The events and the counter that warn of tasks.
enum WarningEvent {
    private static let counters: [TaskWarning: BoundCounter] = .init(
        uniqueKeysWithValues: TaskWarning.allCases.map { warning in
            let attributes: Attributes = ["saga.task.warning.type": .string(warning.rawValue)]
            return (warning, MetricRegistry.shared.counter(MetricCatalogue.taskWarnings, attributes))
        })

    static func count(_ warning: TaskWarning, _ count: Int) { counters[warning]?.add(count) }

    /// Events are of tasks of sagas. Of any task tell those that take threads from sagas, or can never go on.
    static func tell(_ finding: WarningFinding) {
        guard finding.record.scope != 0 || finding.warning == .poolHog || finding.warning == .waitCycle else { return }
        if finding.warning == .ghost { orphaned(finding) }
        TelemetryEvent.emit(EventCatalogue.taskWarning, severity: .warn, context: finding.record.traceContext) { event in
            event.set("saga.task.warning.type", finding.warning.rawValue)
            describe(finding, &event)
            event.set("saga.task.warning.duration", finding.duration.seconds)
            if !finding.cycle.isEmpty {
                event.set("saga.task.cycle", finding.cycle.map(String.init).joined(separator: " → "))
            }
        }
    }

    /// A run that was over when its length was known: `record` is a copy.
    static func hogged(_ record: sgs_task, busy: UInt64) {
        var record = record
        let name = record.takeName()
        count(.poolHog, 1)
        tell(WarningFinding(.poolHog, record, name: name, duration: busy))
    }

    private static func orphaned(_ finding: WarningFinding) {
        TelemetryEvent.emit(EventCatalogue.taskOrphaned, severity: .warn, context: finding.record.traceContext) { event in
            describe(finding, &event)
            if finding.record.parent != 0 {
                event.set("saga.task.parent.id", Int64(bitPattern: finding.record.parent))
            }
            event.set("saga.task.orphan.age", finding.duration.seconds)
        }
    }

    private static func describe(_ finding: WarningFinding, _ event: inout EventAttributes) {
        event.set(task: finding.record, finding.name)
        if !finding.stack.isEmpty { event.set("saga.task.stack", StackText.of(finding.stack)) }
    }
}

/// An async stack as text: a line for each frame of the program, innermost first.
enum StackText {
    /// Bytes; further frames are left out.
    private static let limit = 4096

    static func of(_ stack: [StackFrame]) -> String {
        let own = stack.filter { !$0.isSystem }
        var text = ""
        for frame in own.isEmpty ? stack : own {
            let line = text.isEmpty ? self.line(frame) : "\n" + self.line(frame)
            guard text.utf8.count + line.utf8.count <= limit else { break }
            text += line
        }
        return text
    }

    private static func line(_ frame: StackFrame) -> String {
        var line = frame.function ?? "\(frame.module ?? "?")+0x\(String(frame.offset, radix: 16))"
        if let file = frame.file?.split(separator: "/").last {
            line += " (\(file)" + (frame.line.map { ":\($0)" } ?? "") + ")"
        }
        return line
    }
}
