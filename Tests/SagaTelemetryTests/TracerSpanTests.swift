import SagaTelemetry
import TestSupport
import Testing
import Tracing

/// What the API promises of a span whose calls may come from anywhere.
struct TracerSpanTests {
    private let tracer = SagascopeTracer()

    @Test func attributesAreReadAndChangedInEveryWay() async throws {
        let exported = try await withRecording { recording in
            let span = tracer.startSpan("subject")
            span.attributes["a"] = 1
            let before = span.attributes
            span.attributes["a"] = 2
            #expect(before.get("a") == .int64(1) && span.attributes.get("a") == .int64(2))
            span.updateAttributes { attributes in
                attributes["b"] = "x"
                attributes["a"] = nil
                // The span may be used while its attributes are being changed.
                span.addEvent("meanwhile")
                span.attributes["c"] = true
            }
            span.attributes.merge(["d": 4])
            span.end()
            return try await recording.exported()
        }
        let span = try #require(exported.span("subject"))
        #expect(span["b"] == .string("x") && span["d"] == .int(4) && span["a"] == nil)
        #expect(span.events?.map(\.name) == ["meanwhile"])
    }

    /// The end comes in the middle of a change: the change is part of the span, which ends once.
    @Test func anEndWaitsForTheChangeThatIsGoingOn() async throws {
        let exported = try await withRecording { recording in
            let span = tracer.startSpan("subject")
            change(&span.attributes) { attributes in
                attributes["inside"] = true
                span.end()
                attributes["after"] = true
            }
            span.attributes["late"] = true
            span.end()
            return try await recording.exported()
        }
        let spans = exported.spans(named: "subject")
        #expect(spans.count == 1 && Set(spans[0].keys) == ["inside", "after"])
    }

    /// A change that begins after the end finds nothing to take away from what is being written.
    @Test func aChangeAfterTheEndIsNoPartOfTheSpan() async throws {
        let exported = try await withRecording { recording in
            let span = tracer.startSpan("subject")
            span.attributes["before"] = true
            change(&span.attributes) { attributes in
                span.end()
                span.attributes["late"] = true
                attributes["inside"] = true
            }
            #expect(span.attributes.get("before") == .bool(true) && span.attributes.get("late") == nil)
            return try await recording.exported()
        }
        #expect(exported.spans(named: "subject").map { Set($0.keys) } == [["before", "inside"]])
    }

    /// One thread ends spans while another one goes on changing them: what was set before stays, whoever is first.
    @Test func anEndAmongChangesLosesNothing() async throws {
        let exported = try await withRecording { recording in
            for _ in 0..<500 {
                let span = tracer.startSpan("raced")
                span.attributes["before"] = true
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { for round in 0..<20 { span.attributes["late"] = round } }
                    group.addTask { span.end() }
                }
            }
            return try await recording.exported()
        }
        let spans = exported.spans(named: "raced")
        #expect(spans.count == 500 && spans.allSatisfy { $0["before"] == .bool(true) })
    }

    /// Two changes at once, one inside the other: neither takes the other's attributes away.
    @Test func changesInsideOfChangesAreMerged() async throws {
        let exported = try await withRecording { recording in
            let span = tracer.startSpan("subject")
            span.attributes["before"] = 1
            change(&span.attributes) { attributes in
                attributes["outer"] = 1
                span.attributes["inner"] = 1
            }
            span.end()
            return try await recording.exported()
        }
        #expect(Set(exported.span("subject")?.keys ?? []) == ["before", "outer", "inner"])
    }

    private func change(_ attributes: inout SpanAttributes, _ body: (inout SpanAttributes) -> Void) {
        body(&attributes)
    }

    @Test func manyThreadsWriteToOneSpan() async throws {
        let exported = try await withRecording { recording in
            let span = tracer.startSpan("subject")
            await withTaskGroup(of: Void.self) { group in
                for task in 0..<4 {
                    group.addTask {
                        for round in 0..<25 {
                            span.addEvent(SpanEvent(name: "event", attributes: ["task": .int64(Int64(task))]))
                            span.addLink(SpanLink(context: span.context, attributes: ["n": .int64(Int64(round))]))
                            span.operationName = "renamed"
                        }
                    }
                }
            }
            span.end()
            return try await recording.exported()
        }
        let span = try #require(exported.span("renamed"))
        #expect(span.events?.count == 100 && span.links?.count == 100)
    }

    @Test func aSpanThatIsDroppedIsExported() async throws {
        let exported = try await withRecording { recording in
            do {
                let span = tracer.startSpan("dropped")
                span.attributes["kept"] = true
            }
            return try await recording.exported()
        }
        #expect(exported.span("dropped")?.status?.code == 2 && exported.span("dropped")?["kept"] == .bool(true))
    }

    @Test func timesStayWithinTheSpan() async throws {
        struct Instant: TracerInstant {
            let nanosecondsSinceEpoch: UInt64
            static func < (left: Instant, right: Instant) -> Bool {
                left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch
            }
        }
        let exported = try await withRecording { recording in
            let span = tracer.startSpan("subject")
            span.addEvent(SpanEvent(name: "early", at: Instant(nanosecondsSinceEpoch: 1), attributes: [:]))
            span.addEvent(SpanEvent(name: "late", at: Instant(nanosecondsSinceEpoch: .max), attributes: [:]))
            span.addEvent("now")
            span.end()
            return try await recording.exported()
        }
        let span = try #require(exported.span("subject"))
        let times = (span.events ?? []).compactMap { UInt64($0.timeUnixNano) }
        #expect(times.count == 3 && times.allSatisfy { (span.start...span.end).contains($0) })
    }
}
