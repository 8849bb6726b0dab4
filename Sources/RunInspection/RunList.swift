/// The open runs of a program that were asked for, the one that has stood still for longest first.
package struct RunList: Codable, Sendable, Equatable {
    /// Of this form.
    package var version = 1
    package var timeUnixNano: UInt64
    /// How many coordinators were asked.
    package var coordinators: Int
    /// How many runs are open.
    package var open: Int
    package var runs: [RunLine]
    /// How many more fit.
    package var leftOut: Int

    package init(timeUnixNano: UInt64, coordinators: Int, lines: [RunLine], filter: RunFilter) {
        (self.timeUnixNano, self.coordinators, open) = (timeUnixNano, coordinators, lines.count)
        let fitting = lines.filter { filter.includes($0, now: timeUnixNano) }
            .sorted { ($0.changedUnixNano, $0.run) < ($1.changedUnixNano, $1.run) }
        runs = Array(fitting.prefix(filter.limit))
        leftOut = fitting.count - runs.count
    }
}

/// Which open runs are asked for.
package struct RunFilter: Sendable, Equatable {
    package var saga: String?
    /// As in ``RunLine/state``.
    package var state: String?
    /// In ns; only those that have stood still for so long, without waiting for somebody to settle a dead letter.
    package var stuck: UInt64?
    package var deadLetters = false
    package var limit = defaultLimit

    package static let defaultLimit = 1_000
    package static let maximumLimit = 10_000

    package init() {}

    func includes(_ line: RunLine, now: UInt64) -> Bool {
        if let saga, line.saga != saga { return false }
        if let state, line.state != state { return false }
        if deadLetters, line.deadLetters.isEmpty { return false }
        guard let stuck else { return true }
        return Self.isStuck(state: line.state, changed: line.changedUnixNano, for: stuck, now: now)
    }

    /// - Parameter changed: Unix ns of the last record.
    package static func isStuck(state: String, changed: UInt64, for nanoseconds: UInt64, now: UInt64) -> Bool {
        if state == "quarantined" { return true }
        return state != "suspended" && now > changed && now - changed >= nanoseconds
    }
}
