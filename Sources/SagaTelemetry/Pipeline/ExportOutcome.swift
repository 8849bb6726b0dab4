/// Why a record never reached its destination. Each reason is a series of its own; nothing is lost without one.
public enum DropReason: String, Sendable, Hashable, CaseIterable {
    /// The recording thread's ring had no room: the pipeline was slower than the program. The word is that of the semantic
    /// conventions.
    case queueFull = "queue_full"
    /// One record was larger than a ring accepts.
    case recordTooLarge = "record_too_large"
    /// The destination answered that it will never take this request (OTLP/HTTP 400, 401, 404, 413, …).
    case refused
    /// The destination asked to try again, or was broken, until attempts or time ran out (429, 502, 503, 504).
    case retriesExhausted = "retries_exhausted"
    /// No answer at all within the time allowed: nothing listens, a black hole, a reset.
    case unreachable
    /// The file could not be written: disk full, no permission.
    case ioError = "io_error"
    /// The process stopped before the record could be sent.
    case shutdown
    /// The exporter answered for fewer records than it was given.
    case unreported
}

/// What became of one batch. `exported + rejected + dropped` is the batch's size, always.
public struct ExportOutcome: Sendable, Equatable {
    /// Records (or metric points) that the destination accepted.
    public var exported: Int
    /// Records that the destination took part in refusing: OTLP's partial success. They are never sent again.
    public var rejected: Int
    public var dropped: [DropReason: Int]

    public init(exported: Int = 0, rejected: Int = 0, dropped: [DropReason: Int] = [:]) {
        self.exported = exported
        self.rejected = rejected
        self.dropped = dropped
    }

    public static func exported(_ count: Int) -> ExportOutcome { ExportOutcome(exported: count) }

    public static func dropped(_ count: Int, _ reason: DropReason) -> ExportOutcome {
        ExportOutcome(dropped: count == 0 ? [:] : [reason: count])
    }

    public var droppedTotal: Int { dropped.values.reduce(0, +) }

    /// What an exporter answered, made to fit the number it was given: what it left out is ``DropReason/unreported``, and
    /// what it claims beyond is cut off.
    func settled(_ count: Int) -> ExportOutcome {
        let missing = count - exported - rejected - droppedTotal
        guard missing != 0 else { return self }
        var settled = self
        if missing > 0 {
            settled.dropped[.unreported, default: 0] += missing
            return settled
        }
        settled.exported = min(exported, count)
        settled.rejected = min(rejected, count - settled.exported)
        let rest = count - settled.exported - settled.rejected
        settled.dropped = rest == 0 ? [:] : [.unreported: rest]
        return settled
    }

    public static func += (left: inout ExportOutcome, right: ExportOutcome) {
        left.exported += right.exported
        left.rejected += right.rejected
        left.dropped.merge(right.dropped, uniquingKeysWith: +)
    }
}
