import CSagascope

extension TraceContext {
    /// The context of a new span: the child of a span of this process, or where a trace begins or comes in, by the sampler's
    /// decision.
    /// - Parameter traceID: of a trace that begins here.
    @inlinable public static func starting(
        _ span: SpanID, below parent: TraceContext?, traceID: @autoclosure () -> TraceID = .random()
    ) -> TraceContext {
        if let parent, !parent.isRemote { return parent.child(span) }
        if let parent { return entering(span, from: parent) }
        return beginning(span, traceID())
    }

    @usableFromInline static func beginning(_ span: SpanID, _ traceID: TraceID) -> TraceContext {
        let isSampled = traceID.randomness >= sgs_root_threshold()
        return TraceContext(traceID: traceID, spanID: span, flags: isSampled ? 1 : 0)
    }

    @usableFromInline static func entering(_ span: SpanID, from parent: TraceContext) -> TraceContext {
        var traits = parent.traits
        let threshold = traits.isUndecided ? sgs_root_threshold() : sgs_remote_threshold(parent.isSampled ? 1 : 0)
        let isSampled = traits.isDebug || parent.traceID.randomness >= threshold
        traits.isUndecided = false
        return TraceContext(
            traceID: parent.traceID, spanID: span, flags: parent.flags & ~1 | (isSampled ? 1 : 0), isRemote: false,
            depth: parent.depth == .max ? .max : parent.depth + 1, traits: traits)
    }
}

extension TraceID {
    /// The last 7 bytes as a number: the part that W3C trace context, level 2, and samplers take for random.
    var randomness: UInt64 { low & (1 << 56 - 1) }
}
