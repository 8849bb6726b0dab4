import SagaInstrumentation
import SagaTelemetry
import ServiceContextModule
import TestSupport
import Testing

/// The shape of the trace that a saga leaves.
struct TraceTests {
    struct Declined: SagaError {
        var sagaResult: SagaResult { .failure }
        var errorType: String { "declined" }
    }

    @Test func aRunWithStepsRetriesAndCompensations() async throws {
        let exported = try await withRecording { recording in
            try? await withSaga("shape", id: "order-1") {
                await withStep("reserve") {}
                do {
                    for attempt in 1...2 {
                        do { try await withStep("charge", attempt: attempt) { throw Declined() } } catch {
                            if attempt == 2 { throw error }
                        }
                    }
                } catch {
                    await withCompensation("reserve", reason: "declined") {}
                    throw error
                }
            }
            return try await recording.exported()
        }
        let run = try #require(exported.span("run shape"))
        #expect(run.parentSpanId == nil && run.traceId == DerivedID.trace(saga: "shape", id: "order-1").description)
        #expect(run["saga.run.id"] == .string(run.traceId) && run["saga.run.key"] == .string("order-1"))
        #expect(run["saga.result"] == .string("compensated") && run["error.type"] == .string("declined"))
        #expect(run.status?.code == 2)

        let reserve = try #require(exported.span("step reserve"))
        let charges = exported.spans(named: "step charge")
        #expect(charges.count == 2 && Set(charges.map(\.spanId)).count == 2)
        #expect(([reserve] + charges).map(\.parentSpanId) == [run.spanId, run.spanId, run.spanId])
        #expect(reserve["saga.step.index"] == .int(0) && charges.map { $0["saga.step.index"] } == [.int(1), .int(1)])
        let retry = try #require(charges.first { $0["saga.step.attempt"] == .int(2) })
        let first = try #require(charges.first { $0["saga.step.attempt"] == .int(1) })
        #expect(retry.links?.map(\.spanId) == [first.spanId])
        #expect(retry.links?.first?.attributes?.first?.value == .string("retries"))

        let compensation = try #require(exported.span("compensate reserve"))
        #expect(compensation.links?.map(\.spanId) == [reserve.spanId])
        #expect(compensation["saga.compensation.reason"] == .string("declined"))
        #expect(compensation["saga.compensation.order"] == .int(0))
    }

    @Test func eventsTellTheStoryInOrder() async throws {
        let exported = try await withRecording { recording in
            try? await withSaga("story") {
                await withStep("a") {}
                do { try await withStep("b") { throw Declined() } } catch {
                    await withCompensation("a") {}
                    throw error
                }
            }
            return try await recording.exported()
        }
        let story = exported.logs.filter { $0["saga.name"] == .string("story") }
        #expect(
            story.map(\.eventName) == [
                "saga.run.started", "saga.step.committed", "exception", "saga.compensation.started",
            ])
        // One error is one exception, told where it arose, though it passed through the step and the run.
        #expect(story[2]["exception.type"] == .string("declined"))
        #expect(story[2].spanId == exported.span("step b")?.spanId)
        #expect(Set(story.map(\.traceId)).count == 1)
    }

    @Test func theSameRunHasTheSameIDsAndALoopHasMany() async throws {
        let exported = try await withRecording { recording in
            for attempt in [1, 1, 2] {
                await withSaga("again", id: "x", attempt: attempt) {
                    for _ in 0..<3 { await withStep("item") {} }
                }
            }
            return try await recording.exported()
        }
        #expect(Set(exported.spans.map(\.traceId)).count == 1)
        // The replay made the ids of the original again; the second attempt has its own.
        #expect(exported.spans(named: "run again").count == 3)
        #expect(Set(exported.spans(named: "run again").map(\.spanId)).count == 2)
        #expect(exported.spans(named: "step item").count == 9)
        #expect(Set(exported.spans(named: "step item").map(\.spanId)).count == 6)
    }

    /// Two branches that retry a step of one name: every attempt has an id of its own.
    @Test func parallelRetriesHaveTheirOwnIDs() async throws {
        let exported = try await withRecording { recording in
            try await withSaga("parallel") {
                try await withSagaTaskGroup { group in
                    for _ in 0..<8 {
                        group.addTask("branch") {
                            for attempt in 1...3 {
                                try? await withStep("same", attempt: attempt) {
                                    await Task.yield()
                                    throw CancellationError()
                                }
                            }
                        }
                    }
                }
            }
            return try await recording.exported()
        }
        let attempts = exported.spans(named: "step same")
        #expect(attempts.count == 24 && Set(attempts.map(\.spanId)).count == 24)
        let retries = attempts.filter { $0["saga.step.attempt"] != .int(1) }
        let ids = Set(attempts.map(\.spanId))
        #expect(retries.allSatisfy { retry in retry.links?.count == 1 && ids.contains(retry.links?[0].spanId ?? "") })
    }

    @Test func aSagaInsideARequestOrAnotherSagaIsItsChild() async throws {
        let exported = try await withRecording { recording in
            var request = ServiceContext.topLevel
            request.traceContext = TraceContext(traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            await ServiceContext.$current.withValue(request) {
                await withSaga("outer", kind: .server) {
                    await withStep("call") { await withSaga("sub") { await withStep("inner") {} } }
                }
            }
            return try await recording.exported()
        }
        let outer = try #require(exported.span("run outer"))
        #expect(outer.traceId == "0af7651916cd43dd8448eb211c80319c" && outer.parentSpanId == "b7ad6b7169203331")
        #expect(outer.kind == 2)
        #expect(exported.span("run sub")?.parentSpanId == exported.span("step call")?.spanId)
        #expect(exported.span("step inner")?.parentSpanId == exported.span("run sub")?.spanId)
        #expect(exported.span("step inner")?["saga.name"] == .string("sub"))
    }

    /// Child tasks and `async let` inherit without a change; so does `Task {}`; a detached task does not.
    @Test func tasksInheritTheContext() async throws {
        try await withRecording { _ in
            await withSaga("inherit") {
                await withStep("outer") {
                    let here = SagaContext.current
                    #expect(here?.saga == "inherit" && here?.step == "outer" && here?.stepAttempt == 1)
                    async let child = (SagaContext.current, TraceContext.current, ServiceContext.current?.traceContext)
                    let (saga, trace, mirror) = await child
                    #expect(saga === here && trace == here?.trace && mirror == here?.trace)
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask { #expect(SagaContext.current === here) }
                    }
                    await Task { #expect(SagaContext.current === here) }.value
                    await Task.detached { #expect(SagaContext.current == nil) }.value
                }
                #expect(SagaContext.current?.step == nil)
            }
            #expect(SagaContext.current == nil)
        }
    }

    @Test func anUnsampledRunKeepsItsContextAndItsMetrics() async throws {
        let exported = try await withRecording { recording in
            var request = ServiceContext.topLevel
            request.traceContext = TraceContext(traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
            await ServiceContext.$current.withValue(request) {
                await withSaga("unsampled") {
                    await withStep("step") {
                        #expect(SagaContext.current?.saga == "unsampled")
                        #expect(TraceContext.active?.traceParent.hasSuffix("-00") == true)
                        #expect(TraceContext.active?.traceID.description == "0af7651916cd43dd8448eb211c80319c")
                    }
                }
            }
            return try await recording.exported()
        }
        #expect(exported.spans.isEmpty)
        #expect(metric("saga.run.duration", ["saga.name": "unsampled"]) == 1)
        #expect(metric("saga.step.duration", ["saga.name": "unsampled", "saga.step.name": "step"]) == 1)
    }
}
