#if OTLPHTTP
import AsyncHTTPClient
import SagaTelemetry
import TestSupport
import Testing

@testable import OTLPExporter

/// Against a server that answers as told, with a clock that never waits: outcomes, attempts and waits are exact.
@Suite(.timeLimit(.minutes(1)))
struct HTTPExporterTests {
    let timeout = Duration.seconds(10)
    let log = LogCapture()
    let clock = ManualClock(horizon: .seconds(10))

    /// An exporter whose jitter is always the longest wait.
    func exporter(
        to endpoint: String, _ adjust: (inout OTLPHTTPConfiguration) -> Void = { _ in }
    ) throws -> OTLPHTTPExporter {
        var configuration = OTLPHTTPConfiguration(
            endpoint: endpoint, headers: [(name: "X-Key", value: "secret-value")])
        configuration.timeout = timeout
        adjust(&configuration)
        return try OTLPHTTPExporter(
            configuration: configuration, resource: Samples.resource, scope: .sagascope, logger: log.logger,
            clock: clock.exportClock, jitter: { 1 })
    }

    // MARK: The request

    @Test func postsEachSignalToItsPath() async throws {
        try await FaultServer.with(.status(200)) { server in
            let exporter = try exporter(to: server.endpoint + "/")
            #expect(exporter.destination == "\(server.endpoint)/v1/traces")
            #expect(await exporter.export(spans: Samples.spans(2)) == .exported(2))
            #expect(await exporter.export(logs: Samples.logs(3)) == .exported(3))
            #expect(await exporter.export(metrics: Samples.metrics) == .exported(9))
            await exporter.shutdown()

            #expect(server.requests.map(\.path) == ["/v1/traces", "/v1/logs", "/v1/metrics"])
            for (request, signal) in zip(server.requests, [OTLPSignal.traces, .logs, .metrics]) {
                #expect(request.headers["content-type"] == "application/x-protobuf")
                #expect(request.headers["content-encoding"] == nil)
                #expect(request.headers["user-agent"] == "sagascope/\(sagascopeVersion)")
                #expect(request.headers["x-key"] == "secret-value")
                try await Judge.check(request.body, signal.rawValue)
            }
            #expect(log.messages.isEmpty)
        }
    }

    @Test func compressesWithGzipOnTheWire() async throws {
        try await FaultServer.with(.status(200)) { server in
            let exporter = try exporter(to: server.endpoint) { $0.compression = .gzip }
            let batch = Samples.spans(100)
            #expect(await exporter.export(spans: batch) == .exported(100))
            await exporter.shutdown()

            let request = try #require(server.requests.first)
            #expect(request.headers["content-encoding"] == "gzip")
            #expect(request.body.prefix(2) == [0x1F, 0x8B])
            #expect(request.body.count < batch.bytes.count / 4)
            let plain = OTLPEncoder(resource: Samples.resource).encode(spans: batch)
            #expect(try await Judge.gunzip(request.body) == plain)
        }
    }

    @Test func sendsNothingForAnEmptyBatch() async throws {
        try await FaultServer.with(.status(200)) { server in
            let exporter = try exporter(to: server.endpoint)
            #expect(await exporter.export(spans: RecordBatch()) == ExportOutcome())
            #expect(await exporter.export(metrics: MetricsSnapshot(time: 1, metrics: [])) == ExportOutcome())
            await exporter.shutdown()
            #expect(server.requests.isEmpty)
        }
    }

    // MARK: Answers that may pass

    @Test(arguments: [429, 502, 503, 504])
    func retriesUntilTheAnswerIsGood(status: Int) async throws {
        try await FaultServer.with(.status(status), .status(status), .status(200)) { server in
            let exporter = try exporter(to: server.endpoint)
            #expect(await exporter.export(spans: Samples.spans(2)) == .exported(2))
            await exporter.shutdown()
            #expect(server.requests.count == 3)
            #expect(server.requests.allSatisfy { $0.body == server.requests[0].body })
            #expect(clock.waits == [.seconds(1), .seconds(1.5)])
        }
    }

    @Test func givesUpAfterTheLastAttempt() async throws {
        try await FaultServer.with(.status(503)) { server in
            let exporter = try exporter(to: server.endpoint) { $0.retry.maximumAttempts = 3 }
            #expect(await exporter.export(spans: Samples.spans(2)) == .dropped(2, .retriesExhausted))
            await exporter.shutdown()
            #expect(server.requests.count == 3)
            let message = try #require(log.messages.first)
            #expect(message.contains("\(server.endpoint)/v1/traces"))
            #expect(message.contains("answered status 503 at attempt 3 of 3"))
            #expect(message.contains("2 records are dropped"))
        }
    }

    @Test func staysWithinTheTimeoutAsAWhole() async throws {
        try await FaultServer.with(.status(503)) { server in
            let exporter = try exporter(to: server.endpoint) { $0.retry.maximumAttempts = 100 }
            #expect(await exporter.export(spans: Samples.spans(1)) == .dropped(1, .retriesExhausted))
            await exporter.shutdown()
            // The next wait, 3.375 + 5 s after 1 + 1.5 + 2.25 + 3.375, would end after 10 s.
            #expect(clock.waits == [.seconds(1), .seconds(1.5), .seconds(2.25), .seconds(3.375)])
        }
    }

    @Test(arguments: [
        // 7 s after the clock's Unix time.
        ("7", Duration.seconds(7)), ("Sun, 06 Nov 1994 08:49:44 GMT", .seconds(7)),
        // The past, and what nobody understands: our own back-off.
        ("Sun, 06 Nov 1994 08:49:00 GMT", .zero), ("soon", .seconds(1)),
    ])
    func waitsAsLongAsTheDestinationAsks(header: String, wait: Duration) async throws {
        try await FaultServer.with(.status(429, headers: ["Retry-After": header]), .status(200)) { server in
            let exporter = try exporter(to: server.endpoint)
            #expect(await exporter.export(logs: Samples.logs(1)) == .exported(1))
            await exporter.shutdown()
            #expect(clock.waits == [wait])
        }
    }

    @Test func doesNotWaitForARetryAfterBeyondTheTimeout() async throws {
        try await FaultServer.with(.status(503, headers: ["Retry-After": "60"])) { server in
            let exporter = try exporter(to: server.endpoint)
            #expect(await exporter.export(logs: Samples.logs(1)) == .dropped(1, .retriesExhausted))
            await exporter.shutdown()
            #expect(server.requests.count == 1)
            #expect(clock.waits.isEmpty)
        }
    }

    // MARK: Answers that are final

    @Test(arguments: [301, 400, 401, 404, 413, 500, 501])
    func dropsWhatIsRefused(status: Int) async throws {
        try await FaultServer.with(.status(status)) { server in
            let exporter = try exporter(to: server.endpoint)
            #expect(await exporter.export(spans: Samples.spans(4)) == .dropped(4, .refused))
            await exporter.shutdown()
            #expect(server.requests.count == 1)
            #expect(log.messages.count == 1)
            #expect(log.messages[0].contains("status \(status)"))
        }
    }

    @Test func repeatsWhatTheDestinationSaysAndNoSecret() async throws {
        // google.rpc.Status{code: 16, message: "token expired"}
        let body: [UInt8] = [0x08, 16, 0x12, 13] + Array("token expired".utf8)
        let answer = FaultServer.Reply.status(401, headers: ["Content-Type": "application/x-protobuf"], body: body)
        try await FaultServer.with(answer) { server in
            let withSecrets = "http://user:password@127.0.0.1:\(server.port)/v1/traces?token=query-secret"
            let exporter = try exporter(to: server.endpoint) { $0.traces.url = withSecrets }
            #expect(await exporter.export(spans: Samples.spans(1)) == .dropped(1, .refused))
            await exporter.shutdown()
            #expect(exporter.destination == "http://127.0.0.1:\(server.port)/v1/traces")
            #expect(log.messages[0].contains("token expired"))
            for secret in ["secret-value", "password", "query-secret"] {
                #expect(!log.messages[0].contains(secret))
            }
        }
    }

    @Test func countsAPartialSuccessAndDoesNotRetry() async throws {
        // ExportTraceServiceResponse{partial_success {rejected_spans: 2, error_message: "too old"}}
        let partial: [UInt8] = [0x0A, 11, 0x08, 2, 0x12, 7] + Array("too old".utf8)
        try await FaultServer.with(.status(200, body: partial)) { server in
            let exporter = try exporter(to: server.endpoint)
            #expect(await exporter.export(spans: Samples.spans(5)) == ExportOutcome(exported: 3, rejected: 2))
            await exporter.shutdown()
            #expect(server.requests.count == 1)
            #expect(log.messages.count == 1)
            #expect(log.messages[0].contains("rejected 2 of 5 records"))
            #expect(log.messages[0].contains("too old"))
        }
    }

    @Test func neverCountsMoreRejectedThanSent() async throws {
        // rejected_spans: 1000 and: -1
        let tooMany: [UInt8] = [0x0A, 3, 0x08, 0xE8, 0x07]
        let negative: [UInt8] = [0x0A, 11, 0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01]
        try await FaultServer.with(.status(200, body: tooMany), .status(200, body: negative)) { server in
            let exporter = try exporter(to: server.endpoint)
            #expect(await exporter.export(spans: Samples.spans(5)) == ExportOutcome(rejected: 5))
            #expect(await exporter.export(spans: Samples.spans(5)) == .exported(5))
            await exporter.shutdown()
        }
    }

    @Test(
        arguments: [
            .status(204), .status(202),
            .status(200, headers: ["Content-Type": "application/json"], body: Array("{}".utf8)),
            .status(200, headers: ["Content-Type": "text/html"], body: Array("<html>ok</html>".utf8)),
            .status(200, body: [UInt8](repeating: 0x20, count: HTTPTransport.longestBody + 1)),
        ] as [FaultServer.Reply])
    func takesAnySuccessWithoutAProtobufBody(reply: FaultServer.Reply) async throws {
        try await FaultServer.with(reply) { server in
            let exporter = try exporter(to: server.endpoint)
            #expect(await exporter.export(spans: Samples.spans(2)) == .exported(2))
            await exporter.shutdown()
            #expect(server.requests.count == 1)
        }
    }

    // MARK: Connections

    @Test func dropsWhenNothingListens() async throws {
        let server = try FaultServer([.silence])
        server.stop()
        let exporter = try exporter(to: server.endpoint) { $0.retry.maximumAttempts = 3 }
        #expect(await exporter.export(spans: Samples.spans(2)) == .dropped(2, .unreachable))
        await exporter.shutdown()
        #expect(clock.waits.count == 2)
        #expect(log.messages.count == 1)
        #expect(log.messages[0].contains("onnection refused"))
        #expect(log.messages[0].contains("Check that a collector listens there"))
    }

    @Test func dropsWhenNoAnswerComes() async throws {
        try await FaultServer.with(.silence) { server in
            let exporter = try exporter(to: server.endpoint)
            async let outcome = exporter.export(spans: Samples.spans(2))
            await server.requestsArrived(1)
            await clock.sleeperArrived()
            clock.advance(to: timeout)
            #expect(await outcome == .dropped(2, .unreachable))
            await exporter.shutdown()
            #expect(log.messages[0].contains("no answer within 10.0 seconds"))
        }
    }

    @Test func retriesAfterAResetBeforeTheAnswer() async throws {
        let halfHead = FaultServer.Reply(bytes: Array("HTTP/1.1 200 O".utf8), ending: .reset)
        try await FaultServer.with(halfHead, .status(200)) { server in
            let exporter = try exporter(to: server.endpoint)
            #expect(await exporter.export(spans: Samples.spans(2)) == .exported(2))
            await exporter.shutdown()
            #expect(server.requests.count == 2)
        }
    }

    @Test func takesTheStatusOfAnAnswerThatBreaksOffInItsBody() async throws {
        // 503 would be repeated, and is; 200 says that the data arrived, so a repetition would double it.
        try await FaultServer.with(.cutShort(503, .close), .cutShort(200, .close)) { server in
            let exporter = try exporter(to: server.endpoint)
            #expect(await exporter.export(spans: Samples.spans(2)) == .exported(2))
            await exporter.shutdown()
            #expect(server.requests.count == 2)
            #expect(log.messages.count == 1)
            #expect(log.messages[0].contains("its answer broke off"))
        }
    }

    @Test func endsAnAnswerThatNeverEnds() async throws {
        try await FaultServer.with(.cutShort(200, .stay)) { server in
            let exporter = try exporter(to: server.endpoint)
            async let outcome = exporter.export(spans: Samples.spans(2))
            await server.requestsArrived(1)
            await clock.sleeperArrived()
            clock.advance(to: timeout)
            // Whether the client saw the status before its time was up is a race that both outcomes answer truly.
            #expect([.exported(2), .dropped(2, .unreachable)].contains(await outcome))
            await exporter.shutdown()
            #expect(server.requests.count == 1)
        }
    }

    // MARK: Stopping

    @Test func stopsPromptlyWhenCancelled() async throws {
        try await FaultServer.with(.silence) { server in
            let exporter = try exporter(to: server.endpoint)
            let export = Task { await exporter.export(spans: Samples.spans(2)) }
            await server.requestsArrived(1)
            export.cancel()
            #expect(await export.value == .dropped(2, .shutdown))
            await exporter.shutdown()
        }
    }

    @Test func sendsNothingWhenAlreadyCancelled() async throws {
        try await FaultServer.with(.status(200)) { server in
            let exporter = try exporter(to: server.endpoint)
            let export = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await exporter.export(spans: Samples.spans(2))
            }
            #expect(await export.value == .dropped(2, .shutdown))
            await exporter.shutdown()
            #expect(server.requests.isEmpty)
        }
    }

    @Test func dropsWhatComesAfterShutdown() async throws {
        try await FaultServer.with(.status(200)) { server in
            let exporter = try exporter(to: server.endpoint)
            await exporter.shutdown()
            #expect(await exporter.export(spans: Samples.spans(2)) == .dropped(2, .shutdown))
        }
    }

    @Test func mayGoAwayWithoutShutdown() async throws {
        try await FaultServer.with(.status(200)) { server in
            // The HTTP client would trap here if its owner did not shut it down.
            let outcome = try await exporter(to: server.endpoint).export(spans: Samples.spans(1))
            #expect(outcome == .exported(1))
        }
    }

    // MARK: Log and traces

    @Test func makesNoSpansOfItsOwnRequests() {
        #expect(HTTPClient.Configuration().tracing.tracer != nil, "the client's default is the global tracer")
        #expect(HTTPTransport.clientConfiguration(connectTimeout: timeout).tracing.tracer == nil)
    }

    @Test func logsTheFirstFailureAndThenOneAMinute() async throws {
        try await FaultServer.with(.status(400)) { server in
            let exporter = try exporter(to: server.endpoint)
            for _ in 0..<5 { _ = await exporter.export(spans: Samples.spans(1)) }
            #expect(log.messages.count == 1)
            clock.advance(to: .seconds(61))
            _ = await exporter.export(spans: Samples.spans(1))
            await exporter.shutdown()
            #expect(log.messages.count == 2)
            #expect(log.messages[1].contains("(4 more like this since the last message)"))
        }
    }
}
#endif
