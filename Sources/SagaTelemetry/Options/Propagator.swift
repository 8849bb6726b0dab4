/// A format in which context travels in headers. Raw values are those of `OTEL_PROPAGATORS`.
public enum Propagator: String, Sendable, Hashable, CaseIterable {
    /// `traceparent` and `tracestate` of W3C trace context.
    case traceContext = "tracecontext"
    /// `baggage` of W3C baggage.
    case baggage
    /// Zipkin's single header `b3`.
    case b3
    /// Zipkin's headers `X-B3-…`.
    case b3multi
}

extension Propagator {
    var bit: UInt8 {
        switch self {
        case .traceContext: 1
        case .baggage: 2
        case .b3: 4
        case .b3multi: 8
        }
    }
}
