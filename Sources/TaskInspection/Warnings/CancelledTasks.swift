/// Tasks that were seen to be cancelled, and when that was seen first.
struct CancelledTasks {
    /// Tasks that are remembered; beyond it a cancelled task is noticed once there is room.
    static let limit = 4096

    private var seen: [UInt64: UInt64] = [:]

    /// - Parameter now: of the recording clock, in ns.
    mutating func see(_ id: UInt64, at now: UInt64) {
        if seen.count < Self.limit, seen[id] == nil { seen[id] = now }
    }

    /// Makes room.
    mutating func forget(where hasEnded: (UInt64) -> Bool) {
        if seen.count >= Self.limit / 2 { seen = seen.filter { !hasEnded($0.key) } }
    }

    /// Those that have had `limit` ns to end, with how long they have had; each is told once. They may have ended.
    mutating func overdue(at now: UInt64, limit: UInt64) -> [(id: UInt64, duration: UInt64)] {
        let due = seen.filter { now >= $0.value && now - $0.value >= limit }
        for id in due.keys { seen[id] = nil }
        return due.map { ($0.key, now - $0.value) }.sorted { $0.id < $1.id }
    }
}
