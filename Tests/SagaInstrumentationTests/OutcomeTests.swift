import SagaInstrumentation
import TestSupport
import Testing

private struct Hidden: Error {}

/// What ends become in `saga.result`, `error.type` and the metrics.
struct OutcomeTests {
    struct Broken: Error {}
    struct Declined: SagaError { var sagaResult: SagaResult { .failure } }
    struct ConnectTimeout: Error {}
    enum ClientError: Error { case readTimeout, refused }

    @Test(
        arguments: [
            ("success", nil), ("error", Broken()), ("failure", Declined()), ("cancellation", CancellationError()),
            ("timeout", ConnectTimeout()), ("timeout", ClientError.readTimeout), ("error", ClientError.refused),
        ] as [(String, (any Error)?)])
    func anEndHasItsResult(result: String, error: (any Error)?) async throws {
        let saga = "outcome.\(result).\(String(describing: error))"
        let exported = try await withRecording { recording in
            try? await withSaga(saga) { try await withStep("step") { if let error { throw error } } }
            return try await recording.exported()
        }
        let run = try #require(exported.span("run \(saga)"))
        #expect(run["saga.result"] == .string(result))
        #expect((run["error.type"] != nil) == (error != nil))
        #expect((run.status?.code == 2) == (error != nil))
        #expect(metric("saga.run.duration", ["saga.name": saga, "saga.result": result]) == 1)
        #expect(metric("saga.step.attempts", ["saga.name": saga, "saga.step.outcome": result]) == 1)
        #expect(metric("saga.run.active", ["saga.name": saga]) == 0)
    }

    @Test(arguments: [false, true])
    func compensationDecidesTheResult(fails: Bool) async throws {
        let saga = "outcome.compensation.\(fails)"
        let exported = try await withRecording { recording in
            try? await withSaga(saga) {
                do { try await withStep("step") { throw Broken() } } catch {
                    #expect(metric("saga.compensation.pending", ["saga.name": saga]) ?? 0 == 0)
                    try await withCompensation("step") {
                        #expect(metric("saga.compensation.pending", ["saga.name": saga]) == 1)
                        #expect(metric("saga.run.active", ["saga.name": saga, "saga.run.state": "compensating"]) == 1)
                        if fails { throw ClientError.refused }
                    }
                }
            }
            return try await recording.exported()
        }
        let result = fails ? "compensation_failed" : "compensated"
        #expect(exported.span("run \(saga)")?["saga.result"] == .string(result))
        #expect(metric("saga.run.duration", ["saga.name": saga, "saga.result": result]) == 1)
        #expect(metric("saga.compensation.duration", ["saga.name": saga, "saga.step.name": "step"]) == 1)
        #expect(metric("saga.compensation.pending", ["saga.name": saga]) == 0)
        #expect(metric("saga.run.active", ["saga.name": saga]) == 0)
        #expect(exported.logs(named: "exception").count == (fails ? 2 : 1))
    }

    @Test func aCompensationThatSucceedsInTheEndHasNotFailed() async throws {
        try await withRecording { _ in
            try? await withSaga("outcome.recompensated") {
                do { try await withStep("step") { throw Broken() } } catch {
                    try? await withCompensation("step") { throw ClientError.refused }
                    await withCompensation("step") {}
                    throw error
                }
            }
        }
        let saga = "outcome.recompensated"
        #expect(metric("saga.run.duration", ["saga.name": saga, "saga.result": "compensated"]) == 1)
    }

    /// A private type's name holds an address; error.type does not.
    @Test func errorTypesAreTheSameInEveryProcess() async throws {
        let exported = try await withRecording { recording in
            try? await withSaga("outcome.private") { throw Hidden() }
            return try await recording.exported()
        }
        let type = exported.span("run outcome.private")?["error.type"]
        #expect(type == .string("SagaInstrumentationTests.Hidden"))
    }

    /// Each attempt's error is told of; one that only passes through is told of once.
    @Test func everyErrorIsToldOfOnce() async throws {
        let exported = try await withRecording { recording in
            try? await withSaga("outcome.exceptions") {
                for attempt in 1...3 {
                    try? await withStep("retried", attempt: attempt) { throw ConnectTimeout() }
                }
                do {
                    try await withStep("outer") { try await withStep("inner") { throw Broken() } }
                } catch {
                    await withStep("fallback") {}
                    throw error
                }
            }
            return try await recording.exported()
        }
        let told = exported.logs(named: "exception")
        #expect(told.count { $0["exception.message"] == .string("ConnectTimeout()") } == 3)
        #expect(told.count { $0["exception.message"] == .string("Broken()") } == 1)
        #expect(told.last?.spanId == exported.span("step inner")?.spanId)
    }

    @Test func cancellationIsSeenThroughSleepingSteps() async throws {
        let exported = try await withRecording { recording in
            let running = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                try await withSaga("outcome.cancelled") {
                    try await withStep("wait") {
                        running.continuation.finish()
                        try await Task.sleep(for: .seconds(3600))
                    }
                }
            }
            for await _ in running.stream {}
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            return try await recording.exported()
        }
        #expect(exported.span("run outcome.cancelled")?["saga.result"] == .string("cancellation"))
    }

    @Test func theFirstErrorOfAGroupEndsTheSiblings() async throws {
        let exported = try await withRecording(tracking: .on) { recording in
            await #expect(throws: Broken.self) {
                try await withSaga("outcome.group") {
                    try await withSagaTaskGroup { group in
                        group.addStep("sleeps") { try await Task.sleep(for: .seconds(3600)) }
                        group.addStep("breaks") { throw Broken() }
                    }
                }
            }
            return try await recording.exported()
        }
        #expect(exported.span("step sleeps")?["error.type"] == .string("Swift.CancellationError"))
        #expect(exported.span("step breaks")?.parentSpanId == exported.span("task breaks")?.spanId)
        #expect(exported.span("task breaks")?.parentSpanId == exported.span("run outcome.group")?.spanId)
    }

    @Test func aGroupHandsOverResults() async throws {
        let sum = try await withTaskTracking(.on) {
            try await withSaga("outcome.results") {
                try await withSagaTaskGroup(of: Int.self) { group in
                    for number in 1...10 { group.addTask("number") { number } }
                    var sum = 0
                    while let number = try await group.next() { sum += number }
                    return sum
                }
            }
        }
        #expect(sum == 55)
    }
}
