public import Tracing

/// The backend for swift-distributed-tracing: spans of existing `withSpan` code, of HTTP clients and of servers end in the
/// same rings, as children of the saga's spans.
///
/// `Sagascope.bootstrap()` installs it; `withTracer(SagascopeTracer())` scopes it to a task tree.
public struct SagascopeTracer: Tracer {
    public init() {}

    public func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> TracerSpan {
        let parent = context()
        return TracerSpan(
            operationName, kind: kind, surrounding: parent, parent: .innermost(in: parent), startTime: time(instant))
    }

    /// Spans reach the collector by the pipeline's own timer; see ``TelemetryPipeline/forceFlush(timeout:)``.
    public func forceFlush() {}
}

extension SagascopeTracer: Instrument {
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        Propagation.extract(into: &context) { extractor.extract(key: $0, from: carrier) }
    }

    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        Propagation.inject(context) { injector.inject($1, forKey: $0, into: &carrier) }
    }
}
