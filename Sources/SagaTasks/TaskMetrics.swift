import CSagascope
public import SagaTelemetry
import TaskInspection

/// What is observed of the table of tasks, when somebody looks.
public enum TaskMetrics {
    public static func observe(in registry: MetricRegistry) {
        registry.observe(MetricCatalogue.taskActive) { observations in
            guard TaskTracking.isEnabled else { return }
            let counts = liveTasks()
            for state in TaskState.allCases {
                observations.observe(counts[state] ?? 0, ["saga.task.state": .string(state.rawValue)])
            }
        }
        registry.observe(MetricCatalogue.taskOrphans) { observations in
            for (saga, count) in orphans() { observations.observe(count, ["saga.name": .string(saga)]) }
        }
        registry.observe(MetricCatalogue.taskUntracked) { $0.observe(Int(sgs_tasks_refused())) }
        registry.observe(MetricCatalogue.flightDropped) { observations in
            // Unknown is not zero: it may never have recorded.
            let dropped = FlightRecorder.shared.dropped
            if FlightRecorder.shared.isOn || dropped > 0 { observations.observe(Int(dropped)) }
        }
        registry.observe(MetricCatalogue.trackingTier) { observations in
            for tier in TaskTiers.all {
                var attributes: [(key: String, value: AttributeValue)] = [("tier", .string("\(tier.tier.rawValue)"))]
                if let reason = tier.reason { attributes.append(("reason", .string(reason))) }
                observations.observe(tier.isOn ? 1 : 0, Attributes(attributes))
            }
        }
    }

    /// Tasks that have outlived their runs, by saga; 0 for a saga that has none now.
    private static func orphans() -> [String: Int] {
        let scopes = TaskScopes.all
        var counts = [UInt32](repeating: 0, count: scopes.count + 1)
        sgs_tasks_count_orphans(&counts, UInt32(counts.count))
        var orphans: [String: Int] = [:]
        for (scope, count) in zip(scopes, counts.dropFirst()) { orphans[scope.saga, default: 0] += Int(count) }
        return orphans
    }

    /// Those of sagas.
    private static func liveTasks() -> [TaskState: Int] {
        var counts = [UInt64](repeating: 0, count: Int(SGS_TASK_ENDED.rawValue) + 1)
        sgs_tasks_count(&counts)
        return [
            .ready: Int(counts[Int(SGS_TASK_READY.rawValue)]), .running: Int(counts[Int(SGS_TASK_RUNNING.rawValue)]),
            .blocked: Int(counts[Int(SGS_TASK_BLOCKED.rawValue)]),
        ]
    }
}
