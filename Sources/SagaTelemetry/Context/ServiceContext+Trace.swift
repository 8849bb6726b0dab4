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
    ///
    /// `withSpan` of the ecosystem binds only `ServiceContext`, Sagascope's leaf scopes bind only ``current``; of two spans
    /// of one trace the deeper one is the inner one. Of two traces the `ServiceContext` wins: a request came in.
    public static var active: TraceContext? {
        guard let mirrored = ServiceContext.current?.traceContext else { return current }
        guard let own = current, own.traceID == mirrored.traceID, own.depth > mirrored.depth else { return mirrored }
        return own
    }
}
