import SagaTelemetry
import TestSupport
import Testing
import Tracing

struct TracerTests {
    private let tracer = SagascopeTracer()

    @Test func spansOfTheEcosystemJoinTheTrace() async throws {
        let exported = try await withRecording { recording in
            withTraceSpan("ours") { (_: inout TraceSpan) in
                tracer.withSpan("theirs", ofKind: .client) { span in
                    span.attributes["http.method"] = "GET"
                    span.attributes["retries"] = 2
                    span.attributes["ratio"] = 0.5
                    span.attributes["tags"] = ["a", "b"]
                    span.addEvent("sent")
                    span.operationName = "renamed"
                    // Ours inside theirs inside ours: each is the child of the one around it.
                    withTraceSpan("inner") { _ in tracer.startSpan("leaf").end() }
                }
            }
            return try await recording.exported()
        }
        let ours = try #require(exported.span("ours"))
        let theirs = try #require(exported.span("renamed"))
        let inner = try #require(exported.span("inner"))
        let leaf = try #require(exported.span("leaf"))
        #expect(theirs.parentSpanId == ours.spanId && theirs.kind == 3)
        #expect(inner.parentSpanId == theirs.spanId)
        #expect(leaf.parentSpanId == inner.spanId)
        #expect(Set(exported.spans.map(\.traceId)).count == 1)
        #expect(theirs["http.method"] == .string("GET") && theirs["retries"] == .int(2))
        #expect(theirs["ratio"] == .double(0.5) && theirs["tags"] == .array([.string("a"), .string("b")]))
        #expect(theirs.events?.map(\.name) == ["sent"])
    }

    @Test func anErrorIsRecordedOnceAndTheFirstEndCounts() async throws {
        struct Broken: Error {}
        let exported = try await withRecording { recording in
            try? tracer.withSpan("fails") { _ in throw Broken() }
            let span = tracer.startSpan("twice")
            span.end()
            #expect(!span.isRecording)
            span.attributes["late"] = true
            span.end()
            return try await recording.exported()
        }
        let failed = try #require(exported.span("fails"))
        #expect(failed.status?.code == 2)
        #expect(failed.events?.map(\.name) == ["exception"])
        #expect(exported.spans(named: "twice").count == 1)
        #expect(exported.span("twice")?["late"] == nil)
    }

    @Test func carriesTheContextThroughHeaders() async throws {
        var headers: [String: String] = [:]
        let context = TraceContext(traceID: .random(), spanID: .random())
        TraceContext.$current.withValue(context) {
            tracer.inject(.topLevel, into: &headers, using: Headers())
        }
        #expect(headers == ["traceparent": context.traceParent])

        var extracted = ServiceContext.topLevel
        tracer.extract(headers, into: &extracted, using: Headers())
        #expect(extracted.traceContext?.spanID == context.spanID && extracted.traceContext?.isRemote == true)

        var bad = ServiceContext.topLevel
        tracer.extract(["traceparent": "nonsense"], into: &bad, using: Headers())
        #expect(bad.traceContext == nil)
    }

    /// A context that the caller chose stands, also where an inner span is open.
    @Test func anExplicitContextIsTaken() async throws {
        let exported = try await withRecording { recording in
            tracer.withSpan("outer") { outer in
                tracer.withSpan("inner") { _ in
                    tracer.startSpan("root", context: .topLevel).end()
                    tracer.startSpan("child of outer", context: outer.context).end()
                }
            }
            return try await recording.exported()
        }
        #expect(exported.span("root")?.parentSpanId == nil)
        #expect(exported.span("child of outer")?.parentSpanId == exported.span("outer")?.spanId)
    }

    /// A request that comes in belongs to the trace its header names, whatever ran before on this task.
    @Test func anIncomingRequestWins() {
        let mine = TraceContext(traceID: .random(), spanID: .random(), depth: 9)
        let theirs = TraceContext(traceID: .random(), spanID: .random(), isRemote: true)
        var context = ServiceContext.topLevel
        context.traceContext = theirs
        TraceContext.$current.withValue(mine) {
            #expect(TraceContext.active == mine)
            ServiceContext.$current.withValue(context) { #expect(TraceContext.active == theirs) }
        }
    }
}
