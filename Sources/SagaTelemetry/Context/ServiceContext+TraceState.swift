public import ServiceContextModule

/// The state belongs to one trace: beside another one it is not read.
private enum TraceStateKey: ServiceContextKey {
    typealias Value = (traceID: TraceID, state: TraceState)
    static let nameOverride: String? = "sagascope.tracestate"
}

extension ServiceContext {
    /// The `tracestate` that came with the trace of this context.
    public var traceState: TraceState? { traceContext.flatMap { state(of: $0) } }

    /// The state that came with the context's trace, if this is where it was kept.
    func state(of trace: TraceContext) -> TraceState? {
        guard trace.traits.hasState, let kept = self[TraceStateKey.self], kept.traceID == trace.traceID else {
            return nil
        }
        return kept.state
    }

    mutating func set(_ trace: TraceContext, state: TraceState?) {
        var traits = trace.traits
        traits.hasState = state != nil
        traceContext = trace.with(traits)
        self[TraceStateKey.self] = state.map { (trace.traceID, $0) }
    }
}
