internal import CSagascope
import SagaTelemetry
import Synchronization

/// What the log tells of itself.
final class LogInstruments: Sendable {
    private let commitDuration: BoundHistogram
    private let syncDuration: BoundHistogram
    private let batchSize: BoundHistogram
    private let snapshotSize: BoundHistogram
    private let observations = Mutex<[Observation]>([])
    /// Unix ns of the newest snapshot, 0 for none.
    private let snapshotTaken = Atomic<UInt64>(0)

    init() {
        let registry = MetricRegistry.shared
        commitDuration = registry.histogram(MetricCatalogue.logCommitDuration)
        syncDuration = registry.histogram(MetricCatalogue.logSyncDuration)
        batchSize = registry.histogram(MetricCatalogue.logBatchSize)
        snapshotSize = registry.histogram(MetricCatalogue.snapshotSize)
    }

    // MARK: what happens

    @inline(__always) func committed(nanoseconds: UInt64) { commitDuration.record(nanoseconds: nanoseconds) }

    func synced(records: Int, nanoseconds: UInt64) {
        syncDuration.record(nanoseconds: nanoseconds)
        batchSize.record(Double(records))
    }

    func snapshot(bytes: Int, taken: UInt64, nanoseconds: UInt64) {
        snapshotTaken.store(taken, ordering: .relaxed)
        snapshotSize.record(Double(bytes))
        MetricRegistry.shared.histogram(MetricCatalogue.snapshotDuration).record(nanoseconds: nanoseconds)
    }

    func snapshotFailed(_ error: SagaLogError, nanoseconds: UInt64) {
        MetricRegistry.shared.histogram(MetricCatalogue.snapshotDuration, ["error.type": .string(error.type)])
            .record(nanoseconds: nanoseconds)
    }

    /// The newest snapshot was there when the log was opened.
    func foundSnapshot(taken: UInt64) { snapshotTaken.store(taken, ordering: .relaxed) }

    static func damaged(_ damage: LogDamage, directory: String) {
        MetricRegistry.shared.counter(
            MetricCatalogue.logCorruptions, ["saga.log.corruption.type": .string(damage.kind.rawValue)]
        ).add()
        TelemetryEvent.emit(EventCatalogue.logCorrupted, severity: .error) { event in
            event.set("saga.log.corruption.type", damage.kind.rawValue)
            event.set("file.path", directory + "/" + damage.file)
            event.set("saga.log.offset", Int(damage.offset))
            event.set("saga.log.sequence", Int(damage.first.rawValue))
        }
    }

    static func mended(_ torn: LogReport.Torn, directory: String) {
        TelemetryEvent.emit(EventCatalogue.logMended, severity: .warn) { event in
            event.set("file.path", directory + "/" + torn.file)
            event.set("saga.log.offset", Int(torn.offset))
            event.set("saga.log.torn.size", Int(torn.bytes))
        }
    }

    static func poisoned(_ error: SagaLogError, directory: String) {
        TelemetryEvent.emit(EventCatalogue.logPoisoned, severity: .error) { event in
            event.set("file.path", directory)
            event.set("error.type", error.type)
            event.set("error.message", error.description)
        }
    }

    // MARK: what there is

    /// Answers for the log's gauges from here on, until ``close()``. They hold the log: an object that is known weakly is dearer
    /// to retain and release, and whoever commits does both.
    func observe(_ log: SagaLog, in registry: MetricRegistry = .shared) {
        let made = [
            registry.observe(MetricCatalogue.logSequence) { observations in
                for (stage, lag) in log.lags {
                    if let reached = lag.reached { observations.observe(Int(reached.rawValue), stage.attributes) }
                }
            },
            registry.observe(MetricCatalogue.logLagRecords) { observations in
                for (stage, lag) in log.lags { observations.observe(Int(lag.records), stage.attributes) }
            },
            registry.observe(MetricCatalogue.logLagSize) { observations in
                for (stage, lag) in log.lags { observations.observe(Int(lag.bytes), stage.attributes) }
            },
            registry.observe(MetricCatalogue.logLagAge) { observations in
                for (stage, lag) in log.lags { observations.observe(lag.age / .seconds(1), stage.attributes) }
            },
            registry.observe(MetricCatalogue.logLagUnknown) { observations in
                let known = log.lags
                for stage in LogStage.allCases { observations.observe(known[stage] == nil ? 1 : 0, stage.attributes) }
            },
            registry.observe(MetricCatalogue.logRecords) { observations in
                observations.observe(Int(log.written.records), LogStage.durable.attributes)
            },
            registry.observe(MetricCatalogue.logIO) { observations in
                observations.observe(Int(log.written.bytes), LogStage.durable.attributes)
            },
            registry.observe(MetricCatalogue.logUnmappedRuns) { observations in
                observations.observe(log.unmappedRuns)
            },
            registry.observe(MetricCatalogue.snapshotAge) { [self] observations in
                let taken = snapshotTaken.load(ordering: .relaxed)
                guard taken > 0 else { return }
                let now = sgs_unix_ns()
                observations.observe(now > taken ? Double(now - taken) / 1e9 : 0)
            },
        ]
        self.observations.withLock { $0 = made }
    }

    func close() {
        let made = observations.withLock { observations in
            defer { observations = [] }
            return observations
        }
        for observation in made { observation.cancel() }
    }
}

extension LogStage {
    fileprivate var attributes: Attributes { ["saga.log.stage": .string(rawValue)] }
}

extension SagaLogError {
    /// `error.type`.
    var type: String {
        switch self {
        case .locked: "locked"
        case .corrupt: "corrupt"
        case .file: "file"
        case .invalidOption: "invalid_option"
        case .poisoned: "poisoned"
        case .outOfSpace: "out_of_space"
        case .closed: "closed"
        case .fenced: "fenced"
        case .sequenceGap: "sequence_gap"
        case .conflict: "conflict"
        case .runClosed: "run_closed"
        case .tooLong: "too_long"
        case .batchTooLong: "batch_too_long"
        case .recycled: "recycled"
        case .unreadable: "unreadable"
        case .snapshot: "snapshot"
        case .view: "view"
        }
    }
}
