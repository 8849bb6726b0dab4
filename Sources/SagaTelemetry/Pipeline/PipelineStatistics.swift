import Synchronization

/// Where every record of one signal is: `created = exported + rejected + dropped{reason} + in flight`, at every instant.
public struct SignalStatistics: Sendable, Equatable {
    /// Records that were offered to the rings since the pipeline began.
    public var created = 0
    public var exported = 0
    /// Refused by the destination in a partial success.
    public var rejected = 0
    public var dropped: [DropReason: Int] = [:]

    public init() {}

    public var droppedTotal: Int { dropped.values.reduce(0, +) }
    /// Recorded, and neither exported nor given up.
    public var inFlight: Int { created - exported - rejected - droppedTotal }

    /// What happened since `earlier`.
    func outcome(since earlier: SignalStatistics) -> ExportOutcome {
        var outcome = ExportOutcome(exported: exported - earlier.exported, rejected: rejected - earlier.rejected)
        for (reason, count) in dropped where count > earlier.dropped[reason, default: 0] {
            outcome.dropped[reason] = count - earlier.dropped[reason, default: 0]
        }
        return outcome
    }
}

/// The three signals' statistics at one moment.
public struct PipelineStatistics: Sendable, Equatable {
    public var spans: SignalStatistics
    public var logs: SignalStatistics
    public var metricPoints: SignalStatistics

    /// Nothing was recorded: what a program that exports nowhere has.
    public static let empty = PipelineStatistics(
        spans: SignalStatistics(), logs: SignalStatistics(), metricPoints: SignalStatistics())
}

/// What a flush or a shutdown brought about, signal by signal.
public struct FlushReport: Sendable, Equatable {
    public var spans: ExportOutcome
    public var logs: ExportOutcome
    public var metricPoints: ExportOutcome
    /// False when time ran out, or the caller was cancelled, before everything recorded until then was dealt with.
    public var isComplete: Bool

    /// There was nothing to do.
    public static let empty = FlushReport(
        spans: ExportOutcome(), logs: ExportOutcome(), metricPoints: ExportOutcome(), isComplete: true)
}

/// The outcome of exports of one signal, summed.
final class OutcomeCounter: Sendable {
    private let total = Mutex(ExportOutcome())

    func add(_ outcome: ExportOutcome) { total.withLock { $0 += outcome } }

    var value: ExportOutcome { total.withLock { $0 } }
}
