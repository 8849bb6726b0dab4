internal import CSagascope

/// Finds tasks that wait for each other, from one glance at each: a task that waits for another is an edge, kept from look to
/// look, and only what a closed path hints at is read in earnest.
struct CycleSearch {
    /// Waiting tasks that are remembered; beyond it all are forgotten, and found anew.
    static let limit = 65_536
    /// Tasks of a cycle that is found; a longer one is not.
    static let pathLimit = 128
    /// Tasks that are read to prove one cycle; a larger net of tasks is left alone.
    static let netLimit = 1024

    private var targets: [UInt64: UInt64] = [:]
    private var groups: Set<UInt64> = []
    /// Where a path was closed that is no cycle yet, since the group it leads through has other children.
    private var hints: Set<UInt64> = []

    /// What a blocked task waits for; `nil` of both when it does not wait for tasks.
    mutating func see(_ task: UInt64, target: UInt64?, isGroup: Bool) {
        if targets.count + groups.count >= Self.limit { self = CycleSearch() }
        if isGroup { groups.insert(task) } else { groups.remove(task) }
        targets[task] = target
        if target != nil, isClosed(from: task) { hints.insert(task) } else { hints.remove(task) }
    }

    /// Whether the path from here comes back, as far as is known: to the task itself, or to one that waits for a group and that
    /// the task descends from.
    private func isClosed(from start: UInt64) -> Bool {
        var at = start
        for _ in 0..<Self.pathLimit {
            if groups.contains(at) { return Self.ancestors(of: start).contains(at) }
            guard let next = targets[at] else { return false }
            if next == start { return true }
            at = next
        }
        return false
    }

    private static func ancestors(of task: UInt64) -> Set<UInt64> {
        var found: Set<UInt64> = []
        var at = sgs_tasks_find(task)?.pointee.parent ?? 0
        while at != 0, found.count < 64, found.insert(at).inserted { at = sgs_tasks_find(at)?.pointee.parent ?? 0 }
        return found
    }

    /// The cycles that are proved by reading every task of them.
    mutating func cycles() -> [[UInt64]] {
        var found: Set<[UInt64]> = []
        for hint in hints {
            guard let waits = Self.net(from: hint) else {
                hints.remove(hint)
                continue
            }
            let cycles = WaitGraph(waits: waits).cycles()
            if !cycles.isEmpty || waits[hint] == nil { hints.remove(hint) }
            found.formUnion(cycles)
        }
        return found.sorted { $0[0] < $1[0] }
    }

    /// What the task waits for, what that waits for, and so on; nil when it is too much.
    private static func net(from start: UInt64) -> [UInt64: [UInt64]]? {
        var waits: [UInt64: [UInt64]] = [:]
        var seen: Set = [start]
        var open = [start]
        while !open.isEmpty {
            guard seen.count <= netLimit else { return nil }
            let records = open.compactMap { TaskRecords.one($0) }
            open = []
            for (record, reading) in zip(records, TaskReader.read(records)) {
                let on = targets(of: record, reading)
                waits[record.id] = on
                open += on.filter { seen.insert($0).inserted }
            }
        }
        return waits
    }

    private static func targets(of record: sgs_task, _ reading: TaskReading?) -> [UInt64] {
        switch (reading?.waitsFor?.kind).map(Int.init) {
        case SGS_WAITS_FOR_TASK: GuardedMemory.readTasks([reading?.waitsFor?.on ?? 0]).compactMap { $0?.id }
        case SGS_WAITS_FOR_GROUP: TaskRecords.groupChildren(of: record.id, limit: netLimit)
        default: []
        }
    }
}
