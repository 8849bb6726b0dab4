import SagaTelemetry
import TestSupport
import Testing

struct SpanEventTests {
    /// The length of an event has one byte until it is known to need more: the body moves.
    @Test(arguments: [0, 60, 90, 100, 101, 102, 103, 104, 105, 110, 500, 16_300, 16_384, 40_000])
    func holdsAttributesOfAnyLength(length: Int) async throws {
        let text = String(repeating: "x", count: length)
        let exported = try await withRecording { recording in
            var span = TraceSpan("subject", parent: nil)
            span.addEvent("before") { event in event.set("n", 1) }
            span.addEvent("event", at: .max) { event in
                event.set("text", text)
                event.set("last", true)
            }
            span.addEvent("after") { event in event.set("ratio", 0.5) }
            span.set("end", 2)
            span.end()
            return try await recording.exported()
        }
        let span = try #require(exported.span("subject"))
        #expect(span.events?.map(\.name) == ["before", "event", "after"])
        #expect(span.events?[1].attributes?.map(\.value) == [.string(text), .bool(true)])
        #expect(span.events?[2].attributes?.map(\.value) == [.double(0.5)])
        #expect(span["end"] == .int(2))
    }

    @Test func theLastValueOfAKeyStands() async throws {
        let exported = try await withRecording { recording in
            var span = TraceSpan("subject", parent: nil)
            span.set("same", "of the span")
            span.addEvent("event") { event in
                for round in 0..<200 {
                    event.set("same", round)
                    event.set("other", "round \(round)")
                    event.set("any", to: .array([.int(Int64(round))]))
                }
            }
            span.end()
            return try await recording.exported()
        }
        let span = try #require(exported.span("subject"))
        let event = try #require(span.events?.first)
        #expect(span["same"] == .string("of the span"))
        #expect(event.attributes?.map(\.key) == ["same", "other", "any"])
        #expect(
            event.attributes?.map(\.value) == [.int(199), .string("round 199"), .array([.int(199)])])
    }

    @Test func tellsOfAnError() async throws {
        struct Broken: Error {}
        let exported = try await withRecording { recording in
            var span = TraceSpan("subject", parent: nil)
            span.recordError(Broken(), attributes: ["attempt": 2])
            span.end(.error("broken"))
            return try await recording.exported()
        }
        let span = try #require(exported.span("subject"))
        let event = try #require(span.events?.first)
        #expect(event.name == "exception" && event.attributes?.count == 3)
        guard case .string(let type) = span["error.type"] else { return #expect(Bool(false), "no error.type") }
        #expect(type.hasSuffix("Broken") && span.status?.code == 2)
    }
}
