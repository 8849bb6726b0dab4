import CSagascope
public import ServiceContextModule

/// Carries context over the wire, in the formats of ``TracingOptions/propagators``.
///
/// The tracer does so for libraries that know swift-distributed-tracing. By hand, on both sides:
/// ```swift
/// Propagation.inject { name, value in request.headers.add(name: name, value: value) }
///
/// let context = Propagation.extract { name in request.headers.first(name: name) }
/// try await ServiceContext.withValue(context) { try await handle(request) }
/// ```
/// A header that breaks a rule is no error: it starts a new trace.
public enum Propagation {
    private enum Header {
        static let traceParent = "traceparent"
        static let traceState = "tracestate"
        static let baggage = "baggage"
    }

    /// Hands over the headers of a request made under `context`, names in lower case.
    /// - Parameter context: the surrounding one by default.
    public static func inject(_ context: ServiceContext? = .current, _ set: (_ name: String, _ value: String) -> Void) {
        let propagators = sgs_propagators()
        if let trace = TraceContext.innermost(in: context) {
            if propagators & Propagator.traceContext.bit != 0, trace.spanID.isValid {
                set(Header.traceParent, trace.traceParent)
                if trace.traits.hasState,
                    let state = context?.state(of: trace) ?? ServiceContext.current?.state(of: trace)
                {
                    set(Header.traceState, state.header)
                }
            }
            if propagators & Propagator.b3.bit != 0 { B3.injectSingle(trace, set) }
            if propagators & Propagator.b3multi.bit != 0 { B3.injectMultiple(trace, set) }
        }
        if propagators & Propagator.baggage.bit != 0, let header = context?.baggage.header {
            set(Header.baggage, header)
        }
    }

    /// What the headers of a request say.
    /// - Parameter header: a header's value by its lower-case name.
    public static func extract(_ header: (_ name: String) -> String?) -> ServiceContext {
        var context = ServiceContext.topLevel
        extract(into: &context, header)
        return context
    }

    /// The same into a context that has other values already. Headers that are not there change nothing.
    public static func extract(into context: inout ServiceContext, _ header: (_ name: String) -> String?) {
        let propagators = TracingOptions.current.propagators
        var isNamed = false
        var found: (trace: TraceContext, state: TraceState?)?
        for propagator in propagators {
            switch propagator {
            case .traceContext:
                guard let value = header(Header.traceParent) else { continue }
                isNamed = true
                guard let trace = TraceContext(traceParent: value) else { continue }
                found = (trace, header(Header.traceState).flatMap { TraceState(header: $0) })
            case .b3, .b3multi:
                switch B3.extract(header) {
                case .absent: continue
                case .invalid: isNamed = true
                case .found(let trace):
                    isNamed = true
                    found = (trace, nil)
                }
            case .baggage:
                guard let value = header(Header.baggage) else { continue }
                context.baggage = Baggage(header: value)
            }
        }
        if let found {
            context.set(found.trace, state: found.state)
        } else if isNamed {
            // No parent rather than the wrong one.
            context.traceContext = nil
        }
    }
}
