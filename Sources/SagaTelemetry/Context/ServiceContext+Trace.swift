public import ServiceContextModule

/// The mirror of our context in the ecosystem's: what tracers, HTTP clients and log handlers read and write.
private enum TraceContextKey: ServiceContextKey {
    typealias Value = TraceContext
    static let nameOverride: String? = "sagascope.trace"
}

extension ServiceContext {
    public var traceContext: TraceContext? {
        get { self[TraceContextKey.self] }
        set { self[TraceContextKey.self] = newValue }
    }
}

extension TraceContext {
    /// The innermost span that this code runs under, whether Sagascope or swift-distributed-tracing bound it.
    public static var active: TraceContext? {
        guard let mirror = ServiceContext.current else { return current }
        return inner(of: mirror.traceContext, current)
    }

    /// The inner one of what `context` names and what our own scopes have bound.
    ///
    /// `withSpan` of the ecosystem binds only `ServiceContext`, Sagascope's lean scopes bind only ``current``; of two spans
    /// of one trace the deeper one is the inner one. Of two traces the `ServiceContext` wins: a request came in.
    /// A context that is not the surrounding one was chosen by the caller, and stands.
    static func innermost(in context: ServiceContext?) -> TraceContext? {
        let given = context?.traceContext
        guard let own = current, given != own else { return given }
        guard given == ServiceContext.current?.traceContext else { return given }
        return inner(of: given, own)
    }

    private static func inner(of given: TraceContext?, _ own: TraceContext?) -> TraceContext? {
        guard let given else { return own }
        guard let own, own.traceID == given.traceID, own.depth > given.depth else { return given }
        return own
    }
}
