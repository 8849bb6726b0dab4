import InMemoryLogging
import Logging
import SagaInstrumentation
import SagaTelemetry
import TestSupport
import Testing

/// What a line of the program's own log knows of the saga it was written in.
struct LogTests {
    @Test func aConsoleLineLeadsToItsStep() async throws {
        var handler = InMemoryLogHandler()
        handler.metadataProvider = .sagascope
        let logger = Logger(label: "shop") { [handler] _ in handler }
        try await withRecording(tracking: .on) { _ in
            await withSaga("log.console", id: "1") {
                logger.info("run")
                await withStep("reserve", attempt: 2) {
                    await withTaskGroup(of: Void.self) { group in group.addTask { logger.info("child task") } }
                    await SagaTask("notify") { logger.info("saga task") }.value
                }
            }
        }
        let entries = handler.entries
        #expect(entries.map(\.message) == ["run", "child task", "saga task"])
        let run = DerivedID.trace(saga: "log.console", id: "1").description
        for entry in entries {
            #expect(entry.metadata["trace_id"]?.description == run && entry.metadata["run"]?.description == run)
            #expect(entry.metadata["saga"] == "log.console" && entry.metadata["trace_flags"] == "01")
        }
        #expect(entries[0].metadata["step"] == nil && entries[0].metadata["attempt"]?.description == "1")
        #expect(entries[1].metadata["step"] == "reserve" && entries[1].metadata["attempt"]?.description == "2")
        #expect(entries[1].metadata["span_id"] != entries[0].metadata["span_id"])
    }

    @Test func aRecordBelongsToTheSpanOfItsStep() async throws {
        let logger = Logger(label: "log.record") { SagascopeLogHandler(label: $0, metadataProvider: nil) }
        let exported = try await withRecording { recording in
            await withSaga("log.record", id: "1") {
                await withStep("reserve") { logger.notice("inside") }
            }
            return try await recording.exported()
        }
        let record = try #require(exported.messages(of: "log.record").first)
        let step = try #require(exported.spans.first { $0["saga.step.name"] == .string("reserve") })
        #expect(record.traceId == step.traceId && record.spanId == step.spanId)
        #expect(record["saga.name"] == .string("log.record") && record["saga.step.name"] == .string("reserve"))
    }

    /// A trace that is not sampled exports no spans; its messages keep their ids.
    @Test func anUnsampledTraceKeepsItsMessages() async throws {
        let parent = TraceContext(traceID: .random(), spanID: .random(), flags: 0, isRemote: true)
        let logger = Logger(label: "log.unsampled") { SagascopeLogHandler(label: $0, metadataProvider: nil) }
        let exported = try await withRecording { recording in
            await TraceContext.$current.withValue(parent) {
                await withSaga("log.unsampled", id: "1") {
                    logger.info("inside")
                    await withStep("reserve") {}
                }
            }
            return try await recording.exported()
        }
        let record = try #require(exported.messages(of: "log.unsampled").first)
        #expect(record.traceId == parent.traceID.description && record.flags ?? 0 == 0)
        #expect(record["saga.name"] == .string("log.unsampled"))
    }
}
