import SagaTelemetry
import ServiceContextModule
import TestSupport
import Testing
import Tracing

struct SamplerTests {
    private let sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    private let unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"

    /// Root, remote sampled, remote not sampled: what each sampler does there, and below.
    @Test(arguments: [
        (Sampler.alwaysOn, [true, true, true]),
        (.alwaysOff, [false, false, false]),
        (.traceIDRatio(1), [true, true, true]),
        (.traceIDRatio(0), [false, false, false]),
        (.parentBased(root: .alwaysOn), [true, true, false]),
        (.parentBased(root: .alwaysOff), [false, true, false]),
        (
            .parentBased(root: .alwaysOn, remoteParentSampled: .alwaysOff, remoteParentNotSampled: .alwaysOn),
            [true, false, true]
        ),
        (.parentBased(root: .parentBased(root: .alwaysOff)), [false, true, false]),
    ])
    func decides(sampler: Sampler, expected: [Bool]) async throws {
        let exported = try await withTracing(.with { $0.sampler = sampler }) { recording in
            let parents = [nil, TraceContext(traceParent: sampled), TraceContext(traceParent: unsampled)]
            for (number, parent) in parents.enumerated() {
                let span = TraceSpan("span \(number)", parent: parent)
                let context = span.context
                #expect(context.isSampled == expected[number])
                TraceSpan("child \(number)", parent: context).end()
                span.end()
            }
            return try await recording.exported()
        }
        for (number, isSampled) in expected.enumerated() {
            #expect((exported.span("span \(number)") != nil) == isSampled)
            #expect((exported.span("child \(number)") != nil) == isSampled)
        }
    }

    /// The last 7 bytes, big-endian, against (1 − ratio) · 2⁵⁶; the first 9 say nothing.
    @Test(arguments: [
        (0.5, 0x0080_0000_0000_0000 as UInt64, true), (0.5, 0x007f_ffff_ffff_ffff, false),
        (0.25, 0xffc0_0000_0000_0000, true), (0.25, 0xffbf_ffff_ffff_ffff, false),
        (1, 1, true), (0, .max, false), (.nan, .max, false), (-1, .max, false), (2, 1, true),
    ])
    func takesAShareByTheTraceID(ratio: Double, low: UInt64, isSampled: Bool) async throws {
        try await withTracing(.with { $0.sampler = .traceIDRatio(ratio) }) { _ in
            let remote = TraceContext(
                traceID: TraceID(high: .max, low: low), spanID: SpanID(1), flags: 0, isRemote: true)
            #expect(TraceContext.starting(SpanID(2), below: remote).isSampled == isSampled)
        }
    }

    @Test func aSmallerShareIsPartOfALargerOne() async throws {
        let ids = (0..<20_000).map { _ in TraceID.random() }
        func kept(_ ratio: Double) async throws -> Set<TraceID> {
            try await withTracing(.with { $0.sampler = .traceIDRatio(ratio) }) { _ in
                Set(ids.filter { TraceContext.starting(.random(), below: nil, traceID: $0).isSampled })
            }
        }
        let (few, many) = (try await kept(0.1), try await kept(0.3))
        #expect(few.isSubset(of: many))
        // 8 standard deviations around the expected 2,000 and 6,000.
        #expect((1_660...2_340).contains(few.count) && (5_480...6_520).contains(many.count))
    }

    /// What a peer gets wrong: a span that is not sampled keeps the trace, and every value of the context around it.
    @Test func anUnsampledSpanKeepsTheContext() async throws {
        enum TenantKey: ServiceContextKey { typealias Value = String }
        let tracer = SagascopeTracer()
        let exported = try await withTracing(.with { $0.sampler = .parentBased(root: .traceIDRatio(0.5)) }) {
            recording in
            for _ in 0..<500 {
                var context = ServiceContext.topLevel
                context[TenantKey.self] = "acme"
                context.baggage["user"] = "7"
                tracer.withSpan("root", context: context) { root in
                    #expect(ServiceContext.current?[TenantKey.self] == "acme")
                    tracer.withSpan("child") { child in
                        #expect(child.context.traceContext?.traceID == root.context.traceContext?.traceID)
                        #expect(child.context[TenantKey.self] == "acme")
                        let sent = headers(under: .current)
                        #expect(sent["baggage"] == "user=7")
                        #expect(sent["traceparent"]?.hasSuffix(root.isRecording ? "-01" : "-00") == true)
                    }
                }
            }
            return try await recording.exported()
        }
        let roots = exported.spans(named: "root")
        // Every child that was recorded has its root: no orphans.
        #expect((150...350).contains(roots.count))
        #expect(Set(exported.spans(named: "child").map(\.parentSpanId)) == Set(roots.map(\.spanId)))
    }

    @Test func wrongValuesAreNamed() {
        func problem(_ change: (inout TracingOptions) -> Void) -> String? {
            do {
                try TracingOptions.with(change).validate()
                return nil
            } catch {
                return error.description
            }
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0.sampler = .parentBased(root: .traceIDRatio(1.5)) }?.contains("1.5") == true)
        #expect(problem { $0.sampler = .traceIDRatio(.nan) } != nil)
        #expect(problem { $0.limits.events = -1 }?.contains("limits.events: -1") == true)
        #expect(problem { $0.limits.attributes = 70_000 }?.contains("65535") == true)
        #expect(problem { $0.limits.attributeValueLength = -2 }?.contains("attributeValueLength: -2") == true)
    }
}
