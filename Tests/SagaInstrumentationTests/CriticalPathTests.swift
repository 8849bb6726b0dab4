import SagaInstrumentation
import SagaTelemetry
import TestSupport
import Testing

struct CriticalPathTests {
    /// Two of three parallel steps are over at once; the third one waits for long.
    @Test func theSlowestOfThreeParallelStepsIsNamed() async throws {
        let exported = try await withRecording(tracking: .on) { recording in
            try await withSaga("critical") {
                try await withSagaTaskGroup { group in
                    for name in ["stock", "card"] { group.addStep(name) { await Task.yield() } }
                    group.addStep("shipping") { try await Task.sleep(for: .milliseconds(800)) }
                }
            }
            return try await recording.exported()
        }
        let run = try #require(exported.span("run critical"))
        #expect(run["saga.critical.step"] == .string("shipping"))
        #expect(run["saga.critical.wait"] == .string("external"))
        #expect(run["saga.critical.complete"] == .bool(true))
        guard case .double(let duration) = run["saga.critical.duration"],
            case .double(let share) = run["saga.critical.share"]
        else {
            Issue.record("no duration, or no share")
            return
        }
        #expect(duration >= 0.8 && share > 0.5 && share <= 1)
        #expect(metric("saga.critical.duration", ["saga.name": "critical", "saga.step.name": "shipping"]) == 1)
        #expect(metric("saga.critical.duration", ["saga.name": "critical", "saga.step.name": "stock"]) ?? 0 == 0)
    }
}
