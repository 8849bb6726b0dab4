extension TaskDump {
    /// `12 tasks: 1 running, 2 ready, 9 blocked`
    package var stateSummary: String {
        let states: [LiveTask.State] = [.running, .ready, .blocked]
        let counts = states.map { state in "\(tasks.count { $0.state == state }) \(state.rawValue)" }
        return "\(tasks.count) task\(tasks.count == 1 ? "" : "s"): " + counts.joined(separator: ", ")
    }

    /// What this dump cannot tell, a line each: tiers that are off, and tasks that the table had no room for.
    package var unseen: [String] {
        tiers.filter { !$0.isOn }.map { tier in
            "\(tier.tier.loss): tier \(tier.tier.rawValue) (\(tier.tier)) is off, "
                + (tier.reason?.printable ?? "without a reason")
        } + (untracked > 0 ? ["\(untracked) tasks that the table had no room for"] : [])
    }
}

extension TrackingTier.Tier {
    /// What is missing without it.
    fileprivate var loss: String {
        switch self {
        case .executor: "tasks of sagas, by public API"
        case .hook: "tasks outside of sagas, Task { } and Task.detached"
        case .layout: "stacks, and what a task waits for"
        }
    }
}

package enum CycleText {
    /// `task 3 → task 4 → task 3`
    package static func of(_ cycle: [UInt64]) -> String {
        (cycle + cycle.prefix(1)).map { "task \($0)" }.joined(separator: " → ")
    }
}
