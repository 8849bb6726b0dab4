/// Where every record of one signal is: `created = exported + rejected + dropped{reason} + in flight`, at every instant.
public struct SignalStatistics: Sendable, Equatable {
    /// Records that were offered to the rings since the pipeline began.
    public var created = 0
    /// In the rings.
    public var queued = 0
    /// Bytes that the rings hold; 0 for metric points, which wait nowhere.
    public var queueBytes = 0
    /// Handed to the exporter, which has not answered yet.
    public var exporting = 0
    public var exported = 0
    /// Refused by the destination in a partial success.
    public var rejected = 0
    public var dropped: [DropReason: Int] = [:]

    public init() {}

    public var droppedTotal: Int { dropped.values.reduce(0, +) }
    /// Recorded, and neither exported nor given up.
    public var inFlight: Int { queued + exporting }
    /// Whether each record is in one place. Each number is counted by itself, so a fault in the accounts shows here.
    public var isBalanced: Bool { created == exported + rejected + droppedTotal + inFlight }

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
    /// Spans that the process has begun, whichever pipeline ran, and of these those that have not ended.
    public var startedSpans = 0
    public var liveSpans = 0

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
