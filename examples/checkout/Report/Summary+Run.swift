import SagaLog
import Sagascope

extension Summary {
    /// Puts together what the orchestrator saw and what the telemetry counted.
    init(
        options: DemoOptions, elapsed: Duration, figures: RunLedger.Figures, log: SagaLog,
        sagascope: SagascopeService, disagreements: [String]
    ) {
        let statistics = sagascope.statistics
        let telemetry = TelemetryCheck(snapshot: sagascope.snapshot())
        self.init(
            orders: options.orders,
            ordersRun: figures.runs.count,
            engine: options.engine,
            seed: options.seed,
            elapsedSeconds: elapsed / .seconds(1),
            runs: figures.results.named(\.rawValue),
            reasons: figures.reasons,
            steps: [String: StepFigures](
                uniqueKeysWithValues: figures.steps.map { step, times in
                    (step.rawValue, StepFigures(times, measured: telemetry.attempts(of: step)))
                }),
            compensations: figures.compensations.values.joined().reduce(into: [:]) { $0[$1.rawValue, default: 0] += 1 },
            taskTime: TaskTime(sagascope.snapshot()),
            criticalPath: sagascope.snapshot().sums(of: "saga.critical.duration", by: "saga.step.name"),
            log: LogFigures(log, sagascope.snapshot()),
            telemetry: Telemetry(
                destination: sagascope.destinationText,
                spans: SignalFigures(statistics.spans),
                events: SignalFigures(statistics.logs),
                metricPoints: SignalFigures(statistics.metricPoints)
            ),
            adminAddress: sagascope.adminAddress,
            consistent: disagreements.isEmpty,
            disagreements: Array(disagreements.prefix(Self.disagreementLimit))
        )
    }
}

extension RunLedger.Figures {
    fileprivate var reasons: [String: [String: Int]] {
        runs.reduce(into: [:]) { counts, run in
            if let reason = run.reason { counts[run.result.rawValue, default: [:]][reason, default: 0] += 1 }
        }
    }
}

extension Summary.TaskTime {
    /// The sums of the three histograms of task states, over every series; nil when no task was tracked.
    fileprivate init?(_ snapshot: MetricsSnapshot) {
        self.init(
            busySeconds: snapshot.sum(of: "saga.task.busy.duration"),
            readySeconds: snapshot.sum(of: "saga.task.ready.duration"),
            blockedSeconds: snapshot.sum(of: "saga.task.blocked.duration")
        )
        if total == 0 { return nil }
    }
}

extension Summary.LogFigures {
    fileprivate init(_ log: SagaLog, _ snapshot: MetricsSnapshot) {
        let commits = snapshot.count(of: "saga.log.commit.duration")
        self.init(
            records: Int(log.durable.rawValue),
            groupCommits: snapshot.count(of: "saga.log.fsync.duration"),
            meanCommitMilliseconds: 1_000 * snapshot.sum(of: "saga.log.commit.duration") / Double(max(1, commits)),
            lag: log.lags.named(\.rawValue).mapValues {
                Lag(records: Int($0.records), seconds: $0.age / .seconds(1))
            })
    }
}

extension MetricsSnapshot {
    /// How often a histogram was measured.
    fileprivate func count(of name: String) -> Int { histogram(name).reduce(0) { $0 + Int($1.count) } }

    /// What a histogram has measured in all.
    fileprivate func sum(of name: String) -> Double { histogram(name).reduce(0) { $0 + $1.sum } }

    /// The same for each value of an attribute; "" where a series has none.
    fileprivate func sums(of name: String, by key: String) -> [String: Double] {
        histogram(name).reduce(into: [:]) { sums, series in
            guard case .string(let value) = series.attributes[key] else {
                sums["", default: 0] += series.sum
                return
            }
            sums[value, default: 0] += series.sum
        }
    }
}

extension Dictionary {
    /// The same values under keys that are text, which JSON needs.
    fileprivate func named(_ name: (Key) -> String) -> [String: Value] {
        [String: Value](uniqueKeysWithValues: map { (name($0.key), $0.value) })
    }
}

extension Summary.SignalFigures {
    fileprivate init(_ figures: SignalStatistics) {
        self.init(
            created: figures.created,
            exported: figures.exported,
            rejected: figures.rejected,
            dropped: figures.dropped.named(\.rawValue),
            inFlight: figures.inFlight
        )
    }
}
