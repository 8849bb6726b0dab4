// Known to users as `TraceSpan.Kind` and so on: a file that imports swift-distributed-tracing too keeps its own `SpanKind`.

/// The part a span plays in a trace. Raw values are OTLP's.
@frozen public enum TraceSpanKind: UInt8, Sendable {
    case `internal` = 1
    case server = 2
    case client = 3
    case producer = 4
    case consumer = 5
}

/// How a span ended. OTLP's status codes.
@frozen public enum TraceSpanStatus: Sendable, Hashable {
    case unset
    case ok
    /// - Parameter message: what went wrong, for people.
    case error(_ message: String)
}

/// A reference to another span; the attribute `saga.link.type` says which kind.
public struct TraceSpanLink: Sendable {
    public var context: TraceContext
    public var attributes: Attributes

    public init(_ context: TraceContext, attributes: Attributes = .empty) {
        self.context = context
        self.attributes = attributes
    }
}
