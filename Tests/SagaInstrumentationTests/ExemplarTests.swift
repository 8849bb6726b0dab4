import SagaInstrumentation
import SagaTelemetry
import TestSupport
import Testing

/// What leads from a histogram's bucket to the trace of one that is in it.
struct ExemplarTests {
    @Test func ofADurationLeadsToItsOwnSpan() async throws {
        let saga = "exemplar"
        let exported = try await withRecording { recording in
            await withSaga(saga) {
                await withStep("step") {}
                await withCompensation("step") {}
            }
            return try await recording.exported()
        }
        for (metric, span) in [
            ("saga.run.duration", "run \(saga)"), ("saga.step.duration", "step step"),
            ("saga.compensation.duration", "compensate step"),
        ] {
            let run = try #require(exported.span("run \(saga)"))
            let wanted = try #require(exported.spans.first { $0.name == span && $0.traceId == run.traceId })
            #expect(exemplars(of: metric, saga).map(\.spanID.description) == [wanted.spanId], "\(metric)")
        }
    }

    private func exemplars(of name: String, _ saga: String) -> [Exemplar] {
        guard let metric = MetricRegistry.shared.snapshot().metrics.first(where: { $0.descriptor.name == name }) else {
            return []
        }
        return metric.exemplars.filter { metric.attributes(of: $0.series)["saga.name"] == .string(saga) }
    }
}
