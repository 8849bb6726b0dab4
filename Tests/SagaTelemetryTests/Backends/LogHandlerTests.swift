import InMemoryLogging
import Logging
import SagaTelemetry
import TestSupport
import Testing
import Tracing

/// What a message of swift-log becomes.
struct LogHandlerTests {
    private func logger(_ label: String = "shop") -> Logger {
        var logger = Logger(label: label) { SagascopeLogHandler(label: $0, metadataProvider: nil) }
        logger.logLevel = .trace
        return logger
    }

    @Test func aMessageIsARecordWithItsPlaceAndItsBody() async throws {
        let exported = try await withRecording { recording in
            logger().info("order \(7) is paid")
            return try await recording.exported()
        }
        let record = try #require(exported.messages(of: "shop").first)
        #expect(record.body == .string("order 7 is paid"))
        #expect(record.eventName == nil && record.traceId == nil && record.flags == nil)
        #expect(record["code.file.path"] == .string("SagaTelemetryTests/LogHandlerTests.swift"))
        #expect(record["code.function.name"] == .string("aMessageIsARecordWithItsPlaceAndItsBody()"))
        guard case .int = record["code.line.number"] else {
            Issue.record("no line")
            return
        }
    }

    @Test func levelsAreSeverities() async throws {
        let exported = try await withRecording { recording in
            for level in Logger.Level.allCases { logger().log(level: level, "\(level)") }
            return try await recording.exported()
        }
        let records = exported.messages(of: "shop")
        #expect(records.map(\.severityNumber) == [1, 5, 9, 10, 13, 17, 21])
        #expect(records.map(\.severityText) == Logger.Level.allCases.map(\.rawValue))
    }

    @Test func messagesBelowTheLevelAreNotRecorded() async throws {
        let exported = try await withRecording { recording in
            var logger = logger()
            logger.logLevel = .warning
            logger.info("no")
            logger.warning("yes")
            return try await recording.exported()
        }
        #expect(exported.messages(of: "shop").map(\.body) == [.string("yes")])
    }

    @Test func metadataKeepsItsShapeAndTheMostSpecificValueStands() async throws {
        let provider = Logger.MetadataProvider { ["from": "provider", "tenant": "acme", "level": "provider"] }
        let exported = try await withRecording { recording in
            var logger = Logger(label: "shop") { SagascopeLogHandler(label: $0, metadataProvider: provider) }
            logger[metadataKey: "from"] = "logger"
            logger[metadataKey: "level"] = "logger"
            logger[metadataKey: "logger"] = "yes"
            logger.info(
                "m",
                metadata: [
                    "level": "message", "count": .stringConvertible(3), "ratio": .stringConvertible(0.5),
                    "ok": .stringConvertible(true), "small": .stringConvertible(UInt8(8)),
                    "huge": .stringConvertible(UInt64.max),
                    "nested": ["list": ["a", .stringConvertible(2)], "map": ["b": "c"]],
                ])
            return try await recording.exported()
        }
        let record = try #require(exported.messages(of: "shop").first)
        #expect(record["from"] == .string("provider") && record["tenant"] == .string("acme"))
        #expect(record["level"] == .string("message") && record["logger"] == .string("yes"))
        #expect(record["count"] == .int(3) && record["ratio"] == .double(0.5) && record["ok"] == .bool(true))
        #expect(record["small"] == .int(8) && record["huge"] == .string("18446744073709551615"))
        #expect(
            record["nested"]
                == .keyValues(["list": .array([.string("a"), .int(2)]), "map": .keyValues(["b": .string("c")])]))
        let keys = record.attributes?.map(\.key) ?? []
        #expect(Set(keys).count == keys.count)
    }

    @Test func anErrorIsAnException() async throws {
        struct OutOfStock: Error {}
        let exported = try await withRecording { recording in
            logger().error("reserve failed", error: OutOfStock())
            return try await recording.exported()
        }
        let record = try #require(exported.messages(of: "shop").first)
        guard case .string(let type) = record["exception.type"] else {
            Issue.record("no type")
            return
        }
        #expect(type.hasSuffix("OutOfStock"))
        #expect(record["exception.message"] == .string("OutOfStock()"))
    }

    @Test func aMessageKnowsItsTraceAndItsSaga() async throws {
        let trace = TraceContext(traceID: .random(), spanID: .random())
        let unsampled = TraceContext(traceID: .random(), spanID: .random(), flags: 0)
        let run = TraceID.random()
        let saga = SagaContext(
            saga: "checkout", runID: run, runAttempt: 2, step: "charge", stepAttempt: 3, trace: trace, run: nil)
        let exported = try await withRecording { recording in
            // The provider's ids would say everything twice.
            let logger = Logger(label: "shop") { SagascopeLogHandler(label: $0, metadataProvider: .sagascope) }
            SagaContext.$current.withValue(saga) {
                TraceContext.$current.withValue(trace) { logger.info("inside") }
            }
            TraceContext.$current.withValue(unsampled) { logger.info("unsampled") }
            SagascopeTracer().withSpan("theirs") { _ in logger.info("in a span of the ecosystem") }
            return try await recording.exported()
        }
        let records = exported.messages(of: "shop")
        let inside = try #require(records.first)
        #expect(inside.traceId == trace.traceID.description && inside.spanId == trace.spanID.description)
        #expect(inside.flags == 1)
        #expect(inside["saga.name"] == .string("checkout") && inside["saga.run.id"] == .string(run.description))
        #expect(inside["saga.step.name"] == .string("charge") && inside["saga.step.attempt"] == .int(3))
        #expect(inside["saga.run.attempt"] == .int(2))
        #expect(inside["trace_id"] == nil && inside["step"] == nil && inside["attempt"] == nil)
        #expect(records[1].traceId == unsampled.traceID.description && records[1].flags ?? 0 == 0)
        #expect(records[2].spanId == exported.span("theirs")?.spanId)
    }

    // MARK: hostile input

    @Test func aMessageWithoutEndIsCutAndSaysSo() async throws {
        let exported = try await withRecording { recording in
            logger().info("\(String(repeating: "é", count: 100_000))", metadata: ["id": "1"])
            return try await recording.exported()
        }
        let record = try #require(exported.messages(of: "shop").first)
        guard case .string(let text) = record.body else {
            Issue.record("no body")
            return
        }
        #expect(text.hasPrefix("éé") && text.hasSuffix("é… (167232 more bytes)"))
        #expect(record["id"] == .string("1"))
    }

    @Test func metadataWithoutEndIsDroppedAndCounted() async throws {
        let exported = try await withRecording { recording in
            var metadata: Logger.Metadata = [:]
            for index in 0..<200 { metadata["key\(index)"] = "\(index)" }
            logger().info("many", metadata: metadata)
            var nested: Logger.MetadataValue = "leaf"
            for _ in 0..<1_000 { nested = ["in": nested] }
            logger().info("deep", metadata: ["deep": nested, "": "no key"])
            return try await recording.exported()
        }
        let records = exported.messages(of: "shop")
        #expect(records[0].attributes?.count == 128)
        #expect(records[0].droppedAttributesCount == 200 + 4 - 128)
        #expect(records[1].body == .string("deep") && records[1]["deep"] != nil)
    }

    @Test func aFullRingDropsAndCounts() async throws {
        try await withRecording { recording in
            let logger = logger()
            let text = String(repeating: "x", count: 20_000)
            for _ in 0..<1_000 { logger.info("\(text)") }
            await recording.pipeline.forceFlush(timeout: .seconds(60))
            let logs = recording.pipeline.statistics.logs
            #expect(logs.created >= 1_000 && logs.inFlight == 0)
            #expect(logs.created == logs.exported + logs.rejected + logs.droppedTotal)
            #expect(logs.dropped[.queueFull, default: 0] > 0)
        }
    }

    // MARK: its own diagnostics

    /// A failing export that logs would otherwise make the next record to export, for ever.
    @Test func whatIsLoggedWhileExportingStaysOut() async throws {
        let exporter = LoggingExporter(logger: logger("exporter"))
        try await withRecording(exporter: exporter) { recording in
            logger().info("one")
            await recording.pipeline.forceFlush(timeout: .seconds(60))
            let report = await recording.pipeline.forceFlush(timeout: .seconds(60))
            #expect(report.logs.exported == 0)
            #expect(recording.pipeline.statistics.logs.created >= 1)
        }
    }

    @Test func itsOwnLoggersAreNotRecorded() async throws {
        let exported = try await withRecording { recording in
            logger("sagascope").trace("own")
            logger("sagascope.admin").trace("own")
            logger("sagascopes").info("somebody else's")
            return try await recording.exported()
        }
        #expect(exported.messages(of: "sagascope").isEmpty && exported.messages(of: "sagascope.admin").isEmpty)
        #expect(exported.messages(of: "sagascopes").count == 1)
    }

    @Test func standsBesideAnotherHandler() async throws {
        let memory = InMemoryLogHandler()
        let own = InMemoryLogHandler()
        let exported = try await withRecording { recording in
            let both = Logger(label: "shop") { SagascopeLogHandler.beside(memory, label: $0) }
            both.info("told twice")
            Logger(label: "sagascope") { SagascopeLogHandler.beside(own, label: $0) }.info("told once")
            return try await recording.exported()
        }
        #expect(exported.messages(of: "shop").map(\.body) == [.string("told twice")])
        #expect(memory.entries.map(\.message) == ["told twice"])
        #expect(own.entries.map(\.message) == ["told once"])
    }

    // MARK: swift-log's own rules

    @Test func levelAndMetadataAreValues() {
        var first = logger()
        first.logLevel = .debug
        first[metadataKey: "only-on"] = "first"
        var second = first
        second.logLevel = .error
        second[metadataKey: "only-on"] = "second"
        #expect(first.logLevel == .debug && second.logLevel == .error)
        #expect(first[metadataKey: "only-on"] == "first" && second[metadataKey: "only-on"] == "second")
    }

    @Test func aLoggerOfATaskTreeNeedsNoBootstrap() async throws {
        let exported = try await withRecording { recording in
            await withLogger(logger("scoped")) { _ in
                await Task { Logger.current.notice("from a child") }.value
            }
            return try await recording.exported()
        }
        #expect(exported.messages(of: "scoped").map(\.body) == [.string("from a child")])
    }
}

/// Logs about each export, as a client library may.
private struct LoggingExporter: TelemetryExporter {
    let logger: Logger
    let destination = "nowhere"

    func export(spans: RecordBatch) async -> ExportOutcome { .exported(spans.count) }
    func export(logs: RecordBatch) async -> ExportOutcome {
        logger.error("cannot export \(logs.count) records")
        await Task { logger.error("and from a task of its own") }.value
        return .exported(logs.count)
    }
    func export(metrics: MetricsSnapshot) async -> ExportOutcome { .exported(metrics.pointCount) }
    func shutdown() async {}
}
