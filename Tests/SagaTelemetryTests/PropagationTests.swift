import SagaTelemetry
import TestSupport
import Testing
import Tracing

struct PropagationTests {
    private let trace = "0af7651916cd43dd8448eb211c80319c"
    private let span = "b7ad6b7169203331"

    // MARK: W3C

    @Test func carriesTraceStateAndBaggageThroughSpans() async throws {
        let tracer = SagascopeTracer()
        let exported = try await withRecording { recording in
            var context = ServiceContext.topLevel
            let incoming = [
                "traceparent": "00-\(trace)-\(span)-01", "tracestate": "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
                "baggage": "tenant=acme",
            ]
            tracer.extract(incoming, into: &context, using: Headers())
            #expect(context.traceState?["congo"] == "t61rcWkgMzE")
            tracer.withSpan("request", context: context) { _ in
                withTraceSpan("inner") { (inner: inout TraceSpan) in
                    var sent: [String: String] = [:]
                    tracer.inject(ServiceContext.current ?? .topLevel, into: &sent, using: Headers())
                    #expect(sent["traceparent"] == inner.context.traceParent)
                    #expect(sent["tracestate"] == incoming["tracestate"] && sent["baggage"] == "tenant=acme")
                }
            }
            // Beside another trace the state is not read.
            var other = context
            other.traceContext = TraceContext(traceID: .random(), spanID: .random())
            #expect(other.traceState == nil && headers(under: other)["tracestate"] == nil)
            TraceSpan("unrelated", parent: nil).end()
            return try await recording.exported()
        }
        #expect(exported.span("request")?.traceState == "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")
        #expect(exported.span("inner")?.traceState == "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")
        #expect(exported.span("unrelated")?.traceState == nil)
        #expect(exported.span("request")?.flags == 0x301 && exported.span("inner")?.flags == 0x101)
    }

    @Test(arguments: [
        ("a=1", "a=1"), (" a=1 ,\tb=2 ", "a=1,b=2"), ("a=1,,b=2,", "a=1,b=2"), ("a=1,b=2,a=3", "a=1,b=2"),
        ("tenant@system=x,0a_-*/=y", "tenant@system=x,0a_-*/=y"), ("a= b c", "a= b c"),
        ("A=1,b=2", "b=2"), ("a=1=2,b=2", "b=2"), ("a=é,b=2", "b=2"), ("a=,b=2", "b=2"), ("=1,b=2", "b=2"),
        ("a,b=2", "b=2"), ("-a=1,b=2", "b=2"), ("a=\u{7f},b=2", "b=2"), ("", nil), ("nonsense", nil), (",,", nil),
    ])
    func readsTraceState(header: String, expected: String?) {
        #expect(TraceState(header: header)?.header == expected)
    }

    @Test func boundsTraceState() {
        let many = (0..<40).map { "k\($0)=v" }
        #expect(TraceState(header: many.joined(separator: ","))?.header == many.prefix(32).joined(separator: ","))
        let long = String(repeating: "x", count: 150)
        let middle = String(repeating: "y", count: 120)
        let mixed = "a=\(middle),b=\(long),c=\(middle),d=\(long),e=\(middle)"
        // 120 · 3 and 150 · 2 are too many; with the last of the long ones gone, 4 members have 521, so both go.
        #expect(TraceState(header: mixed)?.members.map(\.key) == ["a", "c", "e"])
        let short = (0..<32).map { "k\($0)=" + String(repeating: "z", count: 30) }.joined(separator: ",")
        #expect((TraceState(header: short)?.header.utf8.count ?? 0) <= 512)
        #expect(TraceState(header: "a=\(String(repeating: "x", count: 257))") == nil)
        #expect(TraceState(header: "\(String(repeating: "a", count: 257))=1") == nil)
    }

    /// Headers that break a rule start a new trace; a state without its parent is nobody's.
    @Test func aBadTraceParentLeavesNothing() {
        for bad in ["", "00-\(trace)-0000000000000000-01", "garbage"] {
            let context = Propagation.extract { ["traceparent": bad, "tracestate": "a=1"][$0] }
            #expect(context.traceContext == nil && context.traceState == nil)
        }
        var known = ServiceContext.topLevel
        known.traceContext = TraceContext(traceID: .random(), spanID: .random())
        let before = known.traceContext
        Propagation.extract(into: &known) { _ in nil }
        #expect(known.traceContext == before)
        Propagation.extract(into: &known) { $0 == "traceparent" ? "garbage" : nil }
        #expect(known.traceContext == nil)
    }

    @Test func theRandomFlagIsPassedOn() {
        let context = TraceContext(traceParent: "00-\(trace)-\(span)-ff")
        #expect(context?.flags == 3 && context?.child(SpanID(1)).traceParent.hasSuffix("-03") == true)
    }

    // MARK: baggage

    @Test(arguments: [
        ("a=1", ["a": "1"]), (" a = 1 , b = 2 ", ["a": "1", "b": "2"]), ("a=1;p=x;q, b=2", ["a": "1", "b": "2"]),
        ("a=%20%C3%A4%2c", ["a": " ä,"]), ("a=%ff", ["a": "\u{fffd}"]), ("a=100%", ["a": "100%"]), ("a=", ["a": ""]),
        ("a=1,a=2", ["a": "2"]), ("a b=1,c=2", ["c": "2"]), ("=1,c=2", ["c": "2"]), ("a=x y,c=2", ["c": "2"]),
        ("a=\"x\",c=2", ["c": "2"]), ("ä=1,c=2", ["c": "2"]), ("novalue,c=2", ["c": "2"]), ("", [:]), (",;=,", [:]),
    ])
    func readsBaggage(header: String, expected: [String: String]) {
        let baggage = Baggage(header: header)
        #expect(Dictionary(uniqueKeysWithValues: baggage.entries.map { ($0.key, $0.value) }) == expected)
    }

    @Test func writesBaggageAndReadsItBack() {
        var baggage = Baggage()
        #expect(baggage.isEmpty && baggage.header == nil)
        baggage["user id"] = "no token: left out"
        baggage["user"] = "Jörg \"J\", 100%;\\"
        baggage.set(Baggage.Entry(key: "plan", value: "a", properties: "ttl=3"))
        baggage.set(Baggage.Entry(key: "evil", value: "b", properties: "x,y=z\n"))
        baggage["gone"] = "1"
        baggage["gone"] = nil
        #expect(baggage.header == "user=J%C3%B6rg%20%22J%22%2C%20100%25%3B%5C,plan=a;ttl=3,evil=b")
        let back = Baggage(header: baggage.header ?? "")
        #expect(back["user"] == "Jörg \"J\", 100%;\\" && back.entries[1].properties == "ttl=3")
    }

    @Test func boundsBaggage() {
        let many = (0..<300).map { "k\($0)=v" }.joined(separator: ",")
        #expect(Baggage(header: many).entries.count == 180)
        let long = (0..<20).map { "k\($0)=" + String(repeating: "x", count: 1_000) }
        let baggage = Baggage(header: long.joined(separator: ","))
        #expect(baggage.entries.count == 8 && (baggage.header?.utf8.count ?? 0) <= 8_192)
        var made = Baggage()
        for number in 0..<300 { made["k\(number)"] = "v" }
        #expect(Baggage(header: made.header ?? "").entries.count == 180)
    }

    // MARK: B3

    @Test(arguments: [
        (["b3": "TRACE-SPAN-1"], true), (["b3": "TRACE-SPAN-d"], true), (["b3": "TRACE-SPAN-0"], false),
        (["b3": "TRACE-SPAN-1-05e3ac9a4f6e3b90"], true), (["b3": "TRACE-SPAN"], true),
        (["x-b3-traceid": "TRACE", "x-b3-spanid": "SPAN", "x-b3-sampled": "1"], true),
        (["x-b3-traceid": "TRACE", "x-b3-spanid": "SPAN", "x-b3-sampled": "0"], false),
        (["x-b3-traceid": "TRACE", "x-b3-spanid": "SPAN", "x-b3-sampled": "true"], true),
        (["x-b3-traceid": "TRACE", "x-b3-spanid": "SPAN", "x-b3-sampled": "0", "x-b3-flags": "1"], true),
        (["x-b3-traceid": "TRACE", "x-b3-spanid": "SPAN"], true),
    ])
    func readsBothFormsOfB3(template: [String: String], isSampled: Bool) async throws {
        for propagator in [Propagator.b3, .b3multi] {
            try await withTracing(.with { $0.propagators = [propagator] }) { _ in
                for (digits, id) in [(trace, trace), (span, "0000000000000000\(span)")] {
                    let headers = template.mapValues {
                        $0.replacing("TRACE", with: digits).replacing("SPAN", with: span)
                    }
                    let parent = try #require(Propagation.extract { headers[$0] }.traceContext)
                    #expect(parent.traceID.description == id && parent.spanID.description == span && parent.isRemote)
                    // Without a state we decide, here for sampling; debug goes before every decision.
                    #expect(TraceContext.starting(SpanID(1), below: parent).isSampled == isSampled)
                }
            }
        }
    }

    @Test(arguments: [
        ["b3": ""], ["b3": "x"], ["b3": "TRACE"], ["b3": "TRACE-"], ["b3": "TRACE-SPAN-x"], ["b3": "TRACE-SPAN-1-x"],
        ["b3": "TRACE-SPAN-1-05e3ac9a4f6e3b90-more"], ["b3": "0000000000000000-SPAN-1"],
        ["b3": "TRACE-0000000000000000-1"], ["b3": "TRACE0-SPAN-1"], ["b3": "-SPAN-1"],
        ["x-b3-traceid": "TRACE"], ["x-b3-spanid": "SPAN"], ["x-b3-traceid": "x", "x-b3-spanid": "SPAN"],
        ["x-b3-traceid": "TRACE", "x-b3-spanid": "SPAN", "x-b3-sampled": "maybe"], ["x-b3-sampled": "maybe"],
    ])
    func aBadB3StartsANewTrace(template: [String: String]) async throws {
        try await withTracing(.with { $0.propagators = [.b3] }) { _ in
            let headers = template.mapValues { $0.replacing("TRACE", with: trace).replacing("SPAN", with: span) }
            var context = ServiceContext.topLevel
            context.traceContext = TraceContext(traceID: .random(), spanID: .random())
            Propagation.extract(into: &context) { headers[$0] }
            #expect(context.traceContext == nil)
        }
    }

    /// `b3: 0` without ids: the trace that begins here is not sampled; `1` and `d` say the opposite.
    @Test(arguments: [("0", false), ("1", true), ("d", true)])
    func takesADecisionWithoutIDs(state: String, isSampled: Bool) async throws {
        let exported = try await withTracing(.with { $0.propagators = [.b3] }) { recording in
            let context = Propagation.extract { $0 == "b3" ? state : nil }
            #expect(headers(under: context) == ["b3": state])
            let span = TraceSpan("root", parent: context.traceContext)
            let sent = span.context
            #expect(sent.isSampled == isSampled && sent.spanID.isValid)
            span.end()
            return try await recording.exported()
        }
        #expect((exported.span("root") != nil) == isSampled)
        #expect(exported.span("root")?.parentSpanId == nil)
    }

    @Test func writesB3() async throws {
        let remote = try #require(TraceContext(traceParent: "00-\(trace)-\(span)-01"))
        let unsampled = TraceContext(traceID: remote.traceID, spanID: remote.spanID, flags: 0)
        @Sendable func sent(_ trace: TraceContext) -> [String: String] {
            var context = ServiceContext.topLevel
            context.traceContext = trace
            return headers(under: context)
        }
        try await withTracing(.with { $0.propagators = [.b3] }) { _ in
            #expect(sent(remote) == ["b3": "\(trace)-\(span)-1"] && sent(unsampled) == ["b3": "\(trace)-\(span)-0"])
            let debug = try #require(Propagation.extract { _ in "\(trace)-\(span)-d" }.traceContext)
            #expect(sent(TraceContext.starting(SpanID(1), below: debug))["b3"]?.hasSuffix("-d") == true)
        }
        try await withTracing(.with { $0.propagators = [.b3multi, .traceContext] }) { _ in
            #expect(
                sent(remote) == [
                    "x-b3-traceid": trace, "x-b3-spanid": span, "x-b3-sampled": "1", "traceparent": remote.traceParent,
                ])
        }
        try await withTracing(.with { $0.propagators = [] }) { _ in
            #expect(sent(remote).isEmpty)
            #expect(Propagation.extract { _ in "00-\(trace)-\(span)-01" }.traceContext == nil)
        }
    }

    /// Of several formats the last that finds a trace stands; a bad one takes nothing away from a good one.
    @Test func combinesFormats() async throws {
        let other = "80f198ee56343ba864fe8b2a57d3eff7"
        try await withTracing(.with { $0.propagators = [.traceContext, .b3] }) { _ in
            let good = ["traceparent": "00-\(trace)-\(span)-01", "b3": "\(other)-\(span)-1"]
            #expect(Propagation.extract { good[$0] }.traceContext?.traceID.description == other)
            let half = ["traceparent": "00-\(trace)-\(span)-01", "b3": "garbage"]
            #expect(Propagation.extract { half[$0] }.traceContext?.traceID.description == trace)
        }
    }
}
