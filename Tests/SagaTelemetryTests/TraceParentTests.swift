import SagaTelemetry
import Testing

struct TraceParentTests {
    private let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func readsWhatTheRecommendationShows() throws {
        let context = try #require(TraceContext(traceParent: valid))
        #expect(context.traceID.description == "0af7651916cd43dd8448eb211c80319c")
        #expect(context.spanID.description == "b7ad6b7169203331")
        #expect(context.isSampled && context.isRemote)
        #expect(context.traceParent == valid)
        #expect(TraceContext(traceParent: " \t\(valid) ") == context)
    }

    @Test func keepsNotSampled() throws {
        let context = try #require(TraceContext(traceParent: valid.dropLast(2) + "00"))
        #expect(!context.isSampled)
        #expect(context.child(.random()).traceParent.hasSuffix("-00"))
    }

    /// A later version may add fields after the flags; what version 0 defines is read.
    @Test func readsLaterVersions() {
        #expect(TraceContext(traceParent: "cc" + valid.dropFirst(2)) != nil)
        #expect(TraceContext(traceParent: "cc" + valid.dropFirst(2) + "-what-comes") != nil)
        #expect(TraceContext(traceParent: "cc" + valid.dropFirst(2) + ".what") == nil)
    }

    @Test(arguments: [
        "", "00", "garbage", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319x-b7ad6b7169203331-01",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-é0f7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ])
    func startsANewTraceForABadHeader(header: String) {
        #expect(TraceContext(traceParent: header) == nil)
    }

    @Test func randomIDsAreValidAndDiffer() {
        let ids = (0..<1000).map { _ in TraceID.random() }
        #expect(Set(ids).count == 1000)
        #expect(ids.allSatisfy { $0.isValid })
    }

    @Test func derivedIDsFollowFromWhatTheyName() {
        let run = DerivedID.trace(saga: "checkout", id: "order-17")
        #expect(run == DerivedID.trace(saga: "checkout", id: "order-17"))
        #expect(run != DerivedID.trace(saga: "checkout", id: "order-18"))
        #expect(run != DerivedID.trace(saga: "refund", id: "order-17"))
        var spans: Set<SpanID> = []
        for step in 0..<50 {
            for attempt in 1...10 {
                for kind in [DerivedID.Kind.run, .step, .compensation, .task] {
                    spans.insert(DerivedID.span(run: run, what: UInt64(step), attempt: attempt, kind: kind))
                }
            }
        }
        #expect(spans.count == 2000)
    }
}
