package import CSagascope

/// Something that is wrong with one task, as one look found it.
package struct WarningFinding {
    package let warning: TaskWarning
    /// As it was then, without its name.
    package let record: sgs_task
    package let name: String?
    /// In ns: how long it has been so. Of a ghost since its run's end.
    package let duration: UInt64
    /// Of a suspended task, innermost frame first.
    package internal(set) var stack: [StackFrame] = []
    /// The tasks of a cycle, in the order in which they wait for each other.
    package let cycle: [UInt64]

    package init(
        _ warning: TaskWarning, _ record: sgs_task, name: String?, duration: UInt64, cycle: [UInt64] = []
    ) {
        self.warning = warning
        self.record = record
        self.name = name
        self.duration = duration
        self.cycle = cycle
    }
}

/// What one look at all tasks found that was not told before.
package struct WarningFindings {
    /// Of each kind at most ``limit``, those of sagas and of other tasks.
    package internal(set) var findings: [WarningFinding] = []
    /// How many there were of each kind.
    package private(set) var counts: [TaskWarning: Int] = [:]
    /// Tasks of sagas that have been blocked for the threshold, each with its name.
    package internal(set) var blocked: [(record: sgs_task, name: String?)] = []
    /// All tasks that have outlived their runs, and are told of for the first time.
    package private(set) var orphans: [UInt64] = []

    package static let limit = 64

    mutating func add(_ finding: WarningFinding) {
        let count = counts[finding.warning, default: 0] + 1
        counts[finding.warning] = count
        if finding.warning == .ghost { orphans.append(finding.record.id) }
        if count <= Self.limit { findings.append(finding) }
    }
}
