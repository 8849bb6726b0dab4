import SagaTelemetry
import TestSupport
import Testing
import Tracing

struct LimitTests {
    private let tracer = SagascopeTracer()

    @Test func cutsTextsBetweenCharacters() async throws {
        let exported = try await withTracing(.with { $0.limits.attributeValueLength = 3 }) { recording in
            var span = TraceSpan("cut", parent: nil)
            span.set("short", "äöü")
            span.set("long", "äöüß")
            span.set("emoji", "a🦊🦊🦊")
            span.set("literal", StaticString("abcd"))
            span.set("number", 123_456)
            span.set("any", to: ["äöüß", .keyValues([.init("key", "abcd")]), .bytes([1, 2, 3, 4])])
            span.addEvent("sized", attributes: ["text": "abcd"])
            span.addEvent("in place") { event in event.set("text", "ßßßß") }
            span.addLink(
                TraceSpan.Link(TraceContext(traceID: .random(), spanID: .random()), attributes: ["text": "abcd"]))
            span.end()
            tracer.withSpan("theirs") { span in
                span.attributes["text"] = "abcd"
                span.attributes["texts"] = ["abcd", "e"]
                span.addEvent(SpanEvent(name: "event", attributes: ["text": "abcd"]))
            }
            return try await recording.exported()
        }
        let span = try #require(exported.span("cut"))
        #expect(span["short"] == .string("äöü") && span["long"] == .string("äöü") && span["emoji"] == .string("a🦊🦊"))
        #expect(span["literal"] == .string("abc") && span["number"] == .int(123_456))
        #expect(
            span["any"] == .array([.string("äöü"), .keyValues(["key": .string("abc")]), .bytes([1, 2, 3])]))
        #expect(span.events?.map { $0.attributes?.first?.value } == [.string("abc"), .string("ßßß")])
        #expect(span.links?.first?.attributes?.first?.value == .string("abc"))
        let theirs = try #require(exported.span("theirs"))
        #expect(theirs["text"] == .string("abc") && theirs["texts"] == .array([.string("abc"), .string("e")]))
        #expect(theirs.events?.first?.attributes?.first?.value == .string("abc"))
    }

    @Test func aLengthOfZeroLeavesNoText() async throws {
        let exported = try await withTracing(.with { $0.limits.attributeValueLength = 0 }) { recording in
            var span = TraceSpan("empty", parent: nil)
            span.set("text", "x")
            span.set("any", to: .string("y"))
            span.end()
            return try await recording.exported()
        }
        #expect(exported.span("empty")?["text"] == .string("") && exported.span("empty")?["any"] == .string(""))
    }

    /// Past each limit things are dropped and counted where they would have been.
    @Test(arguments: [0, 1, 5, 20])
    func dropsAndCounts(limit: Int) async throws {
        let exported = try await withTracing(
            .with { options in
                options.limits.attributes = limit
                options.limits.events = limit
                options.limits.links = limit
                options.limits.attributesPerEvent = limit
                options.limits.attributesPerLink = limit
            }
        ) { recording in
            let pairs = Attributes((0..<(limit + 3)).map { (key: "key.\($0)", value: .int(Int64($0))) })
            let other = TraceContext(traceID: .random(), spanID: .random())
            var ours = TraceSpan("ours", parent: nil)
            ours.set(pairs)
            for number in 0..<(limit + 3) {
                if number % 2 == 0 {
                    ours.addEvent("event", attributes: pairs)
                } else {
                    ours.addEvent("event") { event in event.set(pairs) }
                }
                ours.addLink(TraceSpan.Link(other, attributes: pairs))
            }
            ours.end()
            let theirs = tracer.startSpan("theirs")
            var attributes = SpanAttributes()
            for (key, _) in pairs.pairs { attributes[key] = 1 }
            theirs.attributes = attributes
            for _ in 0..<(limit + 3) {
                theirs.addEvent(SpanEvent(name: "event", attributes: attributes))
                theirs.addLink(SpanLink(context: tracer.startSpan("x").context, attributes: attributes))
            }
            theirs.end()
            return try await recording.exported()
        }
        for name in ["ours", "theirs"] {
            let span = try #require(exported.span(name))
            #expect(span.keys.count == limit && span.droppedAttributesCount == 3, "\(name)")
            #expect(span.events?.count ?? 0 == limit && span.droppedEventsCount == 3, "\(name)")
            #expect(span.links?.count ?? 0 == limit && span.droppedLinksCount == 3, "\(name)")
            for event in span.events ?? [] {
                #expect(event.attributes?.count ?? 0 == limit && event.droppedAttributesCount == 3, "\(name)")
            }
            for link in span.links ?? [] {
                #expect(link.attributes?.count ?? 0 == limit && link.droppedAttributesCount == 3, "\(name)")
            }
        }
    }
}
