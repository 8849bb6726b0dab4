/// The identity of the span that code runs under: what a child needs to become its child, and what travels to other
/// services.
///
/// Four words without references, so that reading and binding the task-local cost as little as they can. It is bound for
/// unsampled spans too: their children keep the ids and propagate `sampled=0`.
@frozen public struct TraceContext: Sendable, Hashable {
    public let traceID: TraceID
    public let spanID: SpanID
    /// The trace-flags byte of W3C trace context; bit 0 is *sampled*.
    public let flags: UInt8
    /// The span lives in another process, known from a header.
    public let isRemote: Bool
    /// How many spans of this process stand above this one. Tells which of two contexts of one trace is the inner one.
    public let depth: UInt16
    /// What else the spans of a trace have in common within this process.
    @usableFromInline let traits: TraceTraits

    @inlinable public init(
        traceID: TraceID, spanID: SpanID, flags: UInt8 = 1, isRemote: Bool = false, depth: UInt16 = 0
    ) {
        self.init(
            traceID: traceID, spanID: spanID, flags: flags, isRemote: isRemote, depth: depth, traits: TraceTraits())
    }

    @inlinable init(
        traceID: TraceID, spanID: SpanID, flags: UInt8, isRemote: Bool, depth: UInt16, traits: TraceTraits
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags
        self.isRemote = isRemote
        self.depth = depth
        self.traits = traits
    }

    @inlinable public var isSampled: Bool { flags & 1 != 0 }

    /// Whether spans of this context are recorded: it is sampled, or part of a run whose end decides.
    @inlinable public var isRecorded: Bool { isSampled || traits.isHeld }

    /// The context of a child span with this id.
    @inlinable public func child(_ spanID: SpanID) -> TraceContext {
        TraceContext(
            traceID: traceID, spanID: spanID, flags: flags, isRemote: false, depth: depth == .max ? .max : depth + 1,
            traits: traits)
    }

    /// The same span with other traits.
    func with(_ traits: TraceTraits) -> TraceContext {
        TraceContext(
            traceID: traceID, spanID: spanID, flags: flags, isRemote: isRemote, depth: depth, traits: traits)
    }
}

extension TraceContext {
    /// The context bound by Sagascope's own scopes. Read ``active`` to also see spans of swift-distributed-tracing.
    @TaskLocal public static var current: TraceContext?
}
