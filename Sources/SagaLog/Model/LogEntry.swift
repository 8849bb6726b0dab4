public import SagaTelemetry

/// What is to be written of a run: everything of a record but its place in the log.
public struct LogEntry: Sendable, Hashable {
    public var kind: LogRecordKind
    /// Which of its run's records it is: 0, 1, 2, … A repeat, after an unknown outcome or a restart, says the same number and
    /// is answered with the first record's LSN.
    public var sequence: UInt32
    /// The saga's name in records of the run, the step's in those of a step or compensation; at most 255 bytes of UTF-8.
    public var name: String
    /// The step's index (`saga.step.index`), 0 for records of the run itself.
    public var step: UInt32
    /// 1 for the first.
    public var attempt: UInt16
    /// The span that this happened in, so that links survive a restart.
    public var trace: LogTrace
    public var payload: [UInt8]

    public init(
        _ kind: LogRecordKind, sequence: UInt32, name: String, step: UInt32 = 0, attempt: UInt16 = 1,
        trace: LogTrace = LogTrace(), payload: [UInt8] = []
    ) {
        self.kind = kind
        self.sequence = sequence
        self.name = name
        self.step = step
        self.attempt = attempt
        self.trace = trace
        self.payload = payload
    }
}

/// The part of a trace context that a record keeps: W3C `traceparent`.
public struct LogTrace: Sendable, Hashable {
    public var traceID: TraceID
    public var spanID: SpanID
    public var isSampled: Bool

    public init(
        traceID: TraceID = TraceID(high: 0, low: 0), spanID: SpanID = SpanID(0), isSampled: Bool = false
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// The span that this runs in, if there is one.
    public static var active: LogTrace { TraceContext.active.map { LogTrace($0) } ?? LogTrace() }

    public init(_ context: TraceContext) {
        self.init(traceID: context.traceID, spanID: context.spanID, isSampled: context.isSampled)
    }
}
