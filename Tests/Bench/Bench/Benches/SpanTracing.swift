import SagaTelemetry
import ServiceContextModule
import Tracing

/// The workload's span through swift-distributed-tracing, against the same calls of a tracer that does nothing.
final class SpanTracing: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "NoOpTracer"
    let operations = 1_000
    let passes = 20
    private let recorder: Recorder
    private let workload = SpanFloor.workload
    private let context: ServiceContext = {
        var context = ServiceContext.topLevel
        context.traceContext = SpanWorkload.parent
        return context
    }()

    init(_ recorder: Recorder) { self.recorder = recorder }

    func pass(_ meter: inout Meter) async throws {
        record(SagascopeTracer(), &meter)
        let bytes = try await recorder.drain(spans: operations)
        try require(
            bytes == operations * SpanFloor.bytes,
            "a span has \(bytes / operations) bytes, the same span in C has \(SpanFloor.bytes)")
    }

    func referencePass(_ meter: inout Meter) async throws { record(NoOpTracer(), &meter) }

    private func record(_ tracer: some Tracer, _ meter: inout Meter) {
        meter.measure {
            for _ in 0..<operations {
                let span = tracer.startSpan(SpanWorkload.name, context: context, ofKind: .internal)
                span.attributes["saga.id"] = workload.id
                span.attributes["saga.name"] = workload.saga
                span.attributes["saga.step"] = workload.step
                span.attributes["saga.outcome"] = workload.outcome
                span.attributes["saga.version"] = workload.version
                span.attributes["saga.attempt"] = workload.attempt
                span.attributes["saga.log.sequence"] = workload.sequence
                span.attributes["saga.log.position"] = workload.position
                span.addEvent(SpanEvent(name: "blocked", attributes: ["block.reason": "lock-wait"]))
                span.end()
            }
        }
    }
}
