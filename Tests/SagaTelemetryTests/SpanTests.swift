import SagaTelemetry
import TestSupport
import Testing

struct SpanTests {
    @Test func carriesEveryKindOfAttribute() async throws {
        let span = try await record { span in
            span.set("text", "grüße")
            span.set("literal", StaticString("x"))
            span.set("int", Int64.min)
            span.set("double", -0.25)
            span.set("bool", true)
            span.set("empty", "")
            span.set(
                "compound",
                to: [
                    "a", 1, 2.5, false, .bytes([0, 255]),
                    .keyValues([.init("k", "v"), .init("nested", ["x", []])]),
                ])
        }
        #expect(span["text"] == .string("grüße"))
        #expect(span["literal"] == .string("x"))
        #expect(span["int"] == .int(.min))
        #expect(span["double"] == .double(-0.25))
        #expect(span["bool"] == .bool(true))
        #expect(span["empty"] == .string(""))
        #expect(
            span["compound"]
                == .array([
                    .string("a"), .int(1), .double(2.5), .bool(false), .bytes([0, 255]),
                    .keyValues(["k": .string("v"), "nested": .array([.string("x"), .array([])])]),
                ]))
    }

    @Test func theLastValueOfAKeyStands() async throws {
        let span = try await record { span in
            for round in 0..<40 {
                span.set("first", Int64(round))
                span.set("second", "round \(round)")
                span.addEvent("between")
            }
        }
        #expect(span.keys.sorted() == ["first", "second"])
        #expect(span["first"] == .int(39))
        #expect(span["second"] == .string("round 39"))
        #expect(span.events?.count == 40)
    }

    @Test func everyShortTextIsCopiedWhole() async throws {
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP")
        let texts = (1...letters.count).map { String(letters[..<$0]) }
        let span = try await record { span in
            for text in texts { span.set(text, to: .string(String(text.reversed()))) }
            // Again: the last value stands, for keys of every length.
            for text in texts { span.set(text, to: .string(text)) }
            span.set("", to: "no key")
        }
        #expect(span.keys.sorted() == texts.sorted())
        for text in texts { #expect(span[text] == .string(text)) }
    }

    @Test(arguments: [0, 1, 100, 118, 119, 120, 127, 128, 500, 16_383, 16_384, 40_000])
    func holdsStringsOfAnyLength(length: Int) async throws {
        let text = String(repeating: "é", count: length / 2) + (length % 2 == 0 ? "" : "x")
        let key = "k" + String(repeating: "y", count: length % 200)
        let span = try await record { span in
            span.set(key, to: .string(text))
            span.set("text", text)
            span.set("after", true)
        }
        #expect(span[key] == .string(text))
        // Two of the longest do not fit into one record: the second is dropped, counted, and nothing else is lost.
        #expect(span["text"] == .string(text) || (length == 40_000 && span.droppedAttributesCount == 1))
        #expect(span["after"] == .bool(true))
    }

    @Test func countsAttributesPastTheLimit() async throws {
        let span = try await record { span in
            for number in 0..<200 { span.set("key.\(number)", to: .int(Int64(number))) }
        }
        #expect(span.keys.count == 128)
        #expect(span.droppedAttributesCount == 72)
    }

    @Test func countsEventsAndLinksThatDoNotFit() async throws {
        let text = AttributeValue.string(String(repeating: "x", count: 10_000))
        let span = try await record { span in
            for _ in 0..<10 { span.addEvent("large", attributes: ["text": text]) }
            for _ in 0..<10 {
                span.addLink(
                    TraceSpan.Link(TraceContext(traceID: .random(), spanID: .random()), attributes: ["text": text]))
            }
        }
        #expect(span.events?.count == 6 && span.droppedEventsCount == 4)
        #expect((span.links?.count ?? 0) == 0 && span.droppedLinksCount == 10)
    }

    @Test func knowsItsParentAndKind() async throws {
        let exported = try await withRecording { recording in
            withTraceSpan("outer", kind: .server) { outer in
                outer.addLink(TraceSpan.Link(TraceContext(traceID: .random(), spanID: .random())))
                withTraceSpan("inner") { _ in withLeafSpan("leaf", kind: .client) { _ in } }
            }
            let remote = TraceContext(traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            TraceSpan("entry", parent: remote).end(.ok)
            return try await recording.exported()
        }
        let outer = try #require(exported.span("outer"))
        let inner = try #require(exported.span("inner"))
        let leaf = try #require(exported.span("leaf"))
        let entry = try #require(exported.span("entry"))
        #expect(outer.parentSpanId == nil && outer.kind == 2 && outer.links?.count == 1)
        #expect(inner.parentSpanId == outer.spanId && inner.traceId == outer.traceId && inner.kind == 1)
        #expect(leaf.parentSpanId == inner.spanId && leaf.kind == 3)
        #expect(outer.start <= inner.start && inner.end <= outer.end)
        #expect(entry.traceId == "0af7651916cd43dd8448eb211c80319c" && entry.parentSpanId == "b7ad6b7169203331")
        // Bit 8: it is known whether the parent is remote; bit 9: it is.
        #expect(entry.flags == 0x301 && inner.flags == 0x101)
        #expect(entry.status?.code == 1 && inner.status?.code == nil)
    }

    @Test func anErrorBecomesTheStatusAndIsThrownUntouched() async throws {
        struct Broken: Error, Equatable { let code: Int }
        let exported = try await withRecording { recording in
            do throws(Broken) {
                try withTraceSpan("fails") { (_: inout TraceSpan) throws(Broken) in throw Broken(code: 7) }
            } catch {
                #expect(error.code == 7)
            }
            var never = TraceSpan("abandoned")
            never.set("kept", true)
            drop(never)
            TraceSpan("backwards", startTime: 2_000).end(at: 1_000)
            return try await recording.exported()
        }
        #expect(exported.span("fails")?.status?.code == 2)
        #expect(exported.span("fails")?.status?.message?.contains("Broken") == true)
        #expect(exported.span("abandoned")?.status?.code == 2)
        #expect(exported.span("abandoned")?["kept"] == .bool(true))
        #expect(exported.span("backwards").map { $0.start == 2_000 && $0.end == 2_000 } == true)
    }

    @Test func anUnsampledSpanKeepsItsContextAndIsNotRecorded() async throws {
        let exported = try await withRecording { recording in
            let remote = TraceContext(traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
            var span = TraceSpan("unsampled", parent: remote)
            span.set("a", 1)
            let isRecording = span.isRecording
            #expect(!isRecording)
            let context = span.context
            #expect(context.traceID == remote?.traceID && context.traceParent.hasSuffix("-00"))
            span.end()
            return try await recording.exported()
        }
        #expect(exported.span("unsampled") == nil)
    }

    @Test func carriesEvents() async throws {
        let exported = try await withRecording { recording in
            withTraceSpan("around") { _ in
                TelemetryEvent.emit("thing.happened", severity: .warn) { event in
                    event.set("a", "x")
                    event.set("a", "y")
                    event.set("n", 3)
                }
            }
            TelemetryEvent.emit("outside", time: 5)
            return try await recording.exported()
        }
        let event = try #require(exported.logs(named: "thing.happened").first)
        #expect(event.spanId == exported.span("around")?.spanId)
        #expect(event["a"] == .string("y") && event["n"] == .int(3) && event.severityNumber == 13)
        #expect(event.attributes?.count == 2)
        let outside = try #require(exported.logs(named: "outside").first)
        #expect(outside.timeUnixNano == "5" && outside.traceId ?? "" == "")
    }

    private func drop(_ span: consuming TraceSpan) {}

    private func record(_ fill: @Sendable (inout TraceSpan) -> Void) async throws -> ExportedSpan {
        try await withRecording { recording in
            var span = TraceSpan("subject", parent: nil)
            fill(&span)
            span.end()
            return try #require(try await recording.exported().span("subject"))
        }
    }
}
