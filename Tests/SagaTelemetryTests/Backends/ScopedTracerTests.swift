import SagaTelemetry
import TestSupport
import Testing
import Tracing

/// `withTracer` of swift-distributed-tracing: the tracer of a task tree, without a bootstrap.
struct ScopedTracerTests {
    @Test func aScopeRecordsAndPropagatesWithoutABootstrap() async throws {
        let exported = try await withRecording { recording in
            await withTracer(SagascopeTracer()) {
                await withSpan("scoped") { outer in
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask { withSpan("child task") { _ in } }
                    }
                    await Task { withSpan("unstructured") { _ in } }.value
                    var headers: [String: String] = [:]
                    InstrumentationSystem.instrument.inject(outer.context, into: &headers, using: Headers())
                    #expect(headers["traceparent"] == outer.context.traceContext?.traceParent)
                }
            }
            return try await recording.exported()
        }
        let outer = try #require(exported.span("scoped"))
        #expect(exported.span("child task")?.parentSpanId == outer.spanId)
        #expect(exported.span("unstructured")?.parentSpanId == outer.spanId)
    }

    @Test func aScopeEndsWithItsBodyAndADetachedTaskIsOutside() async throws {
        let exported = try await withRecording { recording in
            await withTracer(SagascopeTracer()) {
                #expect(InstrumentationSystem.tracer is SagascopeTracer)
                await Task.detached { withSpan("detached") { _ in } }.value
            }
            withSpan("after") { _ in }
            return try await recording.exported()
        }
        #expect(exported.span("detached") == nil && exported.span("after") == nil)
    }

    @Test func theInnermostScopeWins() async throws {
        let exported = try await withRecording { recording in
            withTracer(SagascopeTracer()) {
                withTracer(NoOpTracer()) { withSpan("silenced") { _ in } }
                withSpan("recorded") { _ in }
            }
            return try await recording.exported()
        }
        #expect(exported.span("silenced") == nil && exported.span("recorded") != nil)
    }

    @Test func ourOwnScopesAndTheEcosystemsNestInAScope() async throws {
        let exported = try await withRecording { recording in
            withTracer(SagascopeTracer()) {
                withSpan("theirs") { _ in
                    withTraceSpan("ours") { (_: inout TraceSpan) in withSpan("theirs again") { _ in } }
                }
            }
            return try await recording.exported()
        }
        #expect(exported.span("ours")?.parentSpanId == exported.span("theirs")?.spanId)
        #expect(exported.span("theirs again")?.parentSpanId == exported.span("ours")?.spanId)
    }

    private struct Headers: Injector {
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
    }
}
