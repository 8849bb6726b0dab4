/// Zipkin's headers: `b3: <trace id>-<span id>-<state>-<parent>` in one, or `x-b3-traceid` and its siblings in several.
///
/// Both forms are read, the single header first, and the one that is asked for is written. Trace ids have 16 or 32 digits.
/// The state is 1 (sampled), 0 (not) or d (debug: sampled whatever anyone says), and may be missing: we decide then. A state
/// without ids (`b3: 0`) decides about a trace that begins here. The parent's id is neither needed nor passed on.
/// Source: https://github.com/openzipkin/b3-propagation.
enum B3 {
    enum Extracted {
        case absent
        /// Something is there that breaks a rule: a new trace begins.
        case invalid
        case found(TraceContext)
    }

    private enum Header {
        static let single = "b3"
        static let trace = "x-b3-traceid"
        static let span = "x-b3-spanid"
        static let sampled = "x-b3-sampled"
        static let flags = "x-b3-flags"
    }

    // MARK: reading

    static func extract(_ header: (String) -> String?) -> Extracted {
        if let single = header(Header.single) { return context(single: single) }
        let flags = header(Header.flags)
        let state = flags == "1" ? "d" : header(Header.sampled)
        let (trace, span) = (header(Header.trace), header(Header.span))
        switch (trace, span, state) {
        case (nil, nil, nil): return .absent
        case (nil, nil, let state?): return decision(State(state))
        case (let trace?, let span?, let state): return context(trace, span, state.map { State($0) ?? .invalid })
        default: return .invalid
        }
    }

    private static func context(single: String) -> Extracted {
        let parts = single.split(separator: "-", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return decision(State(parts[0]))
        case 2: return context(parts[0], parts[1], nil)
        case 3: return context(parts[0], parts[1], State(parts[2]) ?? .invalid)
        case 4 where id(parts[3]) != nil: return context(parts[0], parts[1], State(parts[2]) ?? .invalid)
        default: return .invalid
        }
    }

    private static func context(
        _ trace: some StringProtocol, _ span: some StringProtocol, _ state: State?
    ) -> Extracted {
        guard let trace = traceID(trace), let span = id(span), state != .invalid else { return .invalid }
        return .found(context(trace, SpanID(span), state))
    }

    /// A decision about a trace that begins here. It needs a trace id to hold on to; no span is its parent.
    private static func decision(_ state: State?) -> Extracted {
        guard let state else { return .invalid }
        return .found(context(.random(), SpanID(0), state))
    }

    private static func context(_ trace: TraceID, _ span: SpanID, _ state: State?) -> TraceContext {
        var traits = TraceTraits()
        traits.isDebug = state == .debug
        traits.isUndecided = state == nil
        let isSampled = state == .sampled || state == .debug
        return TraceContext(
            traceID: trace, spanID: span, flags: isSampled ? 1 : 0, isRemote: true, depth: 0, traits: traits)
    }

    private enum State {
        case sampled
        case notSampled
        case debug
        case invalid

        /// `true` and `false` are what old tracers wrote.
        init?(_ text: some StringProtocol) {
            switch text {
            case "1", "true": self = .sampled
            case "0", "false": self = .notSampled
            case "d": self = .debug
            default: return nil
            }
        }
    }

    private static func traceID(_ text: some StringProtocol) -> TraceID? {
        let digits = Array(text.utf8)
        guard digits.count == 16 || digits.count == 32,
            let high = Hexadecimal.read(digits.dropLast(16)), let low = Hexadecimal.read(digits.suffix(16))
        else { return nil }
        let id = TraceID(high: high, low: low)
        return id.isValid ? id : nil
    }

    private static func id(_ text: some StringProtocol) -> UInt64? {
        guard text.utf8.count == 16, let id = Hexadecimal.read(text.utf8), id != 0 else { return nil }
        return id
    }

    // MARK: writing

    static func injectSingle(_ trace: TraceContext, _ set: (String, String) -> Void) {
        let state = trace.traits.isDebug ? "d" : trace.isSampled ? "1" : "0"
        set(Header.single, trace.spanID.isValid ? "\(trace.traceID)-\(trace.spanID)-\(state)" : state)
    }

    static func injectMultiple(_ trace: TraceContext, _ set: (String, String) -> Void) {
        if trace.spanID.isValid {
            set(Header.trace, trace.traceID.description)
            set(Header.span, trace.spanID.description)
        }
        if trace.traits.isDebug {
            set(Header.flags, "1")
        } else {
            set(Header.sampled, trace.isSampled ? "1" : "0")
        }
    }
}
