internal import CSagascope

/// Finds tasks that do little but yield: many runs from one look to the next, and at both looks most of the last ones had ended
/// by being ready again at once.
struct YieldStorms {
    /// Tasks that are followed from one look to the next; more at once are left out.
    static let limit = 4096

    private var before: [UInt64: UInt32] = [:]
    private var seen: [UInt64: UInt32] = [:]

    /// - Parameter task: one that yields mostly.
    /// - Returns: whether it ran so often since the look before, which saw it yield mostly too.
    mutating func isStorm(_ task: sgs_task, runs: UInt32) -> Bool {
        guard task.yields >= 128, seen.count < Self.limit else { return false }
        seen[task.id] = task.runs
        return before[task.id].map { task.runs &- $0 >= runs } ?? false
    }

    mutating func endLook() {
        before = seen
        seen = [:]
    }
}
