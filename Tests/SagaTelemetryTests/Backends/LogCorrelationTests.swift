import InMemoryLogging
import Logging
import SagaTelemetry
import Testing

/// The metadata that leads from a line of any log handler to its trace.
struct LogCorrelationTests {
    private let trace = TraceContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3))

    private func saga(step: String?) -> SagaContext {
        SagaContext(
            saga: "checkout", runID: TraceID(high: 4, low: 5), runAttempt: 2, step: step, stepAttempt: 3, trace: trace,
            run: nil)
    }

    @Test func saysNothingOutsideOfATrace() {
        #expect(Logger.MetadataProvider.sagascope.get().isEmpty)
    }

    @Test func namesTheTraceInHexadecimal() {
        TraceContext.$current.withValue(trace) {
            #expect(
                Logger.MetadataProvider.sagascope.get() == [
                    "trace_id": "00000000000000010000000000000002", "span_id": "0000000000000003",
                    "trace_flags": "01",
                ])
        }
    }

    @Test func namesAnUnsampledTraceToo() {
        let unsampled = TraceContext(traceID: trace.traceID, spanID: trace.spanID, flags: 0)
        TraceContext.$current.withValue(unsampled) {
            #expect(Logger.MetadataProvider.sagascope.get()["trace_flags"] == "00")
        }
    }

    @Test func namesTheSagaWithTheAttemptOfTheStepOrElseOfTheRun() {
        SagaContext.$current.withValue(saga(step: "charge")) {
            let metadata = Logger.MetadataProvider.sagascope.get()
            #expect(metadata["saga"] == "checkout" && metadata["step"] == "charge")
            #expect(metadata["run"] == "00000000000000040000000000000005")
            #expect(metadata["attempt"]?.description == "3")
        }
        SagaContext.$current.withValue(saga(step: nil)) {
            let metadata = Logger.MetadataProvider.sagascope.get()
            #expect(metadata["step"] == nil && metadata["attempt"]?.description == "2")
        }
    }

    @Test func worksWithAnyHandlerAndYieldsToTheMessage() {
        var handler = InMemoryLogHandler()
        handler.metadataProvider = .sagascope
        let logger = Logger(label: "shop") { [handler] _ in handler }
        TraceContext.$current.withValue(trace) {
            logger.info("a")
            logger.info("b", metadata: ["span_id": "mine"])
        }
        #expect(handler.entries.first?.metadata["trace_id"] == "00000000000000010000000000000002")
        #expect(handler.entries.last?.metadata["span_id"] == "mine")
    }
}
