import CSagascope
import SagaTasks
import SagaTelemetry
import Synchronization

/// The runs that are open, and the trackers of ended runs that still have live tasks: what gauges and the monitor read.
final class LiveRuns: Sendable {
    static let shared = LiveRuns()

    private struct State {
        var runs: [ObjectIdentifier: SagaRun] = [:]
        /// Trackers of runs that ended before their last task did.
        var leftBehind: [RunTracker] = []
        /// How many there may be before the done ones are looked for: twice what was left last time, so that a run's end
        /// does not pay for the tasks of all the others.
        var pruneAt = 64
    }

    private let state = Mutex(State())

    func insert(_ run: SagaRun) { state.withLock { $0.runs[ObjectIdentifier(run)] = run } }

    func remove(_ run: SagaRun) {
        state.withLock { state in
            state.runs[ObjectIdentifier(run)] = nil
            guard run.ownsTracker, let tracker = run.tracker, !tracker.isDone else { return }
            state.leftBehind.append(tracker)
            guard state.leftBehind.count >= state.pruneAt else { return }
            state.leftBehind.removeAll { $0.isDone }
            state.pruneAt = max(64, 2 * state.leftBehind.count)
        }
    }

    var runs: [SagaRun] { state.withLock { Array($0.runs.values) } }

    /// Every tracker with live tasks.
    var trackers: [RunTracker] {
        state.withLock { state in
            state.leftBehind.removeAll { $0.isDone }
            return state.runs.values.compactMap { $0.ownsTracker ? $0.tracker : nil } + state.leftBehind
        }
    }

    // MARK: gauges, measured when somebody looks

    /// Registers what is observed of open runs; called at bootstrap, does it once.
    static let observe: Void = {
        let registry = MetricRegistry.shared
        registry.observe(MetricCatalogue.runOldestAge) { observations in
            observations.observeOldest(\.started) { run in
                [
                    "saga.name": .string(run.saga),
                    "saga.run.state": run.isCompensating ? "compensating" : "running",
                ]
            }
        }
        registry.observe(MetricCatalogue.runProgressAge) { observations in
            observations.observeOldest(\.lastProgress) { run in ["saga.name": .string(run.saga)] }
        }
        registry.observe(MetricCatalogue.taskActive) { observations in
            var counts: [TaskState: Int] = [:]
            for tracker in shared.trackers { counts.merge(tracker.taskCounts(), uniquingKeysWith: +) }
            for state in TaskState.allCases where TaskTracking.isEnabled {
                observations.observe(counts[state, default: 0], ["saga.task.state": .string(state.rawValue)])
            }
        }
        registry.observe(MetricCatalogue.trackingTier) { observations in
            let isOn = TaskTracking.isEnabled
            observations.observe(
                isOn ? 1 : 0, isOn ? ["tier": "1"] : ["tier": "1", "reason": "switched_off"])
        }
    }()
}

extension Observations {
    /// Seconds since the earliest `time` of the open runs, one value per set of attributes.
    fileprivate mutating func observeOldest(
        _ time: KeyPath<SagaRun, UInt64>, by attributes: (SagaRun) -> Attributes
    ) {
        let now = sgs_monotonic_ns()
        var ages: [Attributes: Double] = [:]
        for run in LiveRuns.shared.runs {
            let key = attributes(run)
            let age = Double(now &- min(now, run[keyPath: time])) * 1e-9
            ages[key] = max(ages[key] ?? 0, age)
        }
        for (key, age) in ages { observe(age, key) }
    }
}
