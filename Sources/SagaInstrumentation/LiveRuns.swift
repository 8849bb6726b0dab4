import CSagascope
import SagaTasks
import SagaTelemetry
import Synchronization

/// The runs that are open: what gauges and the monitor read.
final class LiveRuns: Sendable {
    static let shared = LiveRuns()

    private let open = Mutex<[ObjectIdentifier: SagaRun]>([:])

    func insert(_ run: SagaRun) { open.withLock { $0[ObjectIdentifier(run)] = run } }

    func remove(_ run: SagaRun) { open.withLock { $0[ObjectIdentifier(run)] = nil } }

    var runs: [SagaRun] { open.withLock { Array($0.values) } }

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
        TaskMetrics.observe(in: registry)
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
