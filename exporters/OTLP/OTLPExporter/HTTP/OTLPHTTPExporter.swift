#if OTLPHTTP
import AsyncHTTPClient
import Gzip
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import SagaTelemetry
import Synchronization

/// Pushes telemetry to a collector: OTLP/HTTP with protobuf bodies.
///
/// ```swift
/// let exporter = try OTLPHTTPExporter(
///     configuration: OTLPHTTPConfiguration(endpoint: "http://localhost:4318"),
///     resource: Resource(["service.name": "checkout"]), logger: logger)
/// let outcome = await exporter.export(spans: batch)
/// ```
///
/// A request that fails for the moment (429, 502, 503, 504, no connection, no answer) is sent again until the
/// attempts or the timeout of the configuration run out; any other status drops it at once. What a partial success
/// rejects is counted and never sent again. Each failure is logged, at most once a minute for each signal and
/// reason.
///
/// It makes no spans of its own requests, whatever tracer is bootstrapped.
///
/// Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp
public final class OTLPHTTPExporter: TelemetryExporter {
    /// The traces' URL without credentials and query.
    public let destination: String

    private let encoder: OTLPEncoder
    private let transport: HTTPTransport
    private let configuration: OTLPHTTPConfiguration
    /// For signals whose destination is not checked the usual way.
    private let credentials: [OTLPSignal: TLSConfiguration]
    private let failures: FailureLog<Failure>
    private let clock: ExportClock
    /// From 0 up to 1.
    private let jitter: @Sendable () -> Double
    /// Set in `init`: with an initial value here the optimiser of Swift 6.3.1 crashes.
    private let isShutDown: Mutex<Bool>

    /// What the failure log tells apart.
    private enum Failure: Hashable {
        case dropped(OTLPSignal, DropReason)
        case partialSuccess(OTLPSignal)
        case answerCutShort(OTLPSignal)
        case compression
    }

    /// - Parameters:
    ///   - configuration: checked here; a setting that cannot work is named in the error.
    ///   - resource: what produces the telemetry.
    ///   - scope: the library that recorded it.
    ///   - logger: is told about failures.
    /// - Throws: ``OTLPConfigurationError``.
    public convenience init(
        configuration: OTLPHTTPConfiguration, resource: Resource, scope: InstrumentationScope = .sagascope,
        logger: Logger
    ) throws(OTLPConfigurationError) {
        try self.init(
            configuration: configuration, resource: resource, scope: scope, logger: logger, clock: .system,
            jitter: { Double.random(in: 0..<1) })
    }

    init(
        configuration: OTLPHTTPConfiguration, resource: Resource, scope: InstrumentationScope, logger: Logger,
        clock: ExportClock, jitter: @escaping @Sendable () -> Double
    ) throws(OTLPConfigurationError) {
        try configuration.validate()
        var credentials: [OTLPSignal: TLSConfiguration] = [:]
        for signal in OTLPSignal.allCases {
            credentials[signal] = try TLSCredentials.load(configuration.tls(of: signal), signal)
        }
        self.credentials = credentials
        self.configuration = configuration
        self.destination = OTLPHTTPConfiguration.redacted(configuration.traces.url)
        self.encoder = OTLPEncoder(resource: resource, scope: scope)
        self.transport = HTTPTransport(connectTimeout: configuration.timeout, clock: clock)
        self.failures = FailureLog(logger: logger, clock: clock)
        self.clock = clock
        self.jitter = jitter
        self.isShutDown = Mutex(false)
    }

    deinit {
        if !isShutDown.withLock({ $0 }) { transport.abandon() }
    }

    public func export(spans: RecordBatch) async -> ExportOutcome {
        await deliver(spans.count, .traces) { encoder.encode(spans: spans) }
    }

    public func export(logs: RecordBatch) async -> ExportOutcome {
        await deliver(logs.count, .logs) { encoder.encode(logs: logs) }
    }

    public func export(metrics: MetricsSnapshot) async -> ExportOutcome {
        await deliver(metrics.pointCount, .metrics) { encoder.encode(metrics: metrics) }
    }

    public func shutdown() async {
        isShutDown.withLock { $0 = true }
        await transport.shutdown()
        failures.close()
    }

    // MARK: One batch

    /// Sends until the batch is accepted, refused, or out of attempts or time.
    private func deliver(_ count: Int, _ signal: OTLPSignal, _ encode: () -> [UInt8]) async -> ExportOutcome {
        guard count > 0 else { return ExportOutcome() }
        guard !Task.isCancelled, !isShutDown.withLock({ $0 }) else { return .dropped(count, .shutdown) }
        let deadline = clock.now() + configuration.timeout(of: signal)
        let request = request(signal, body: encode())

        var attempts = 0
        while true {
            let trouble: Trouble
            switch await transport.post(request, within: max(.zero, deadline - clock.now())) {
            case .answer(let answer) where (200..<300).contains(answer.status):
                return accepted(answer, count, signal)
            case .answer(let answer) where !OTLPRetryPolicy.isRetryable(status: answer.status):
                return refused(answer, count, signal)
            case .answer(let answer): trouble = .answered(answer)
            case .noAnswer(let reason): trouble = .unreachable(reason)
            case .cancelled: return .dropped(count, .shutdown)
            }
            attempts += 1
            let asked = trouble.retryAfter(unixTime: clock.unixTime())
            let delay = asked ?? configuration.retry.backoff(after: attempts, jitter: jitter())
            guard attempts < configuration.retry.maximumAttempts, clock.now() + delay < deadline else {
                return gaveUp(trouble, attempts: attempts, delay: delay, count, signal)
            }
            do { try await clock.sleep(delay) } catch { return .dropped(count, .shutdown) }
        }
    }

    private func request(_ signal: OTLPSignal, body: [UInt8]) -> HTTPClientRequest {
        let endpoint = configuration.endpoint(of: signal)
        var request = HTTPClientRequest(url: endpoint.url)
        request.method = .POST
        request.tlsConfiguration = credentials[signal]
        for header in endpoint.headers { request.headers.add(name: header.name, value: header.value) }
        request.headers.replaceOrAdd(name: "User-Agent", value: configuration.userAgent)
        request.headers.replaceOrAdd(name: "Content-Type", value: "application/x-protobuf")
        if endpoint.compression ?? configuration.compression == .gzip, let packed = compressed(body) {
            request.headers.replaceOrAdd(name: "Content-Encoding", value: "gzip")
            request.body = .bytes(ByteBuffer(bytes: packed))
        } else {
            request.headers.remove(name: "Content-Encoding")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        return request
    }

    /// Nil when zlib fails, which only a lack of memory explains: the body then travels as it is.
    private func compressed(_ body: [UInt8]) -> [UInt8]? {
        do {
            return try Gzip.compress(body)
        } catch {
            failures.report(.compression, level: .warning, "OTLP requests are sent uncompressed: \(error)")
            return nil
        }
    }

    // MARK: Outcomes

    private func accepted(_ answer: HTTPTransport.Answer, _ count: Int, _ signal: OTLPSignal) -> ExportOutcome {
        guard let body = answer.body else {
            failures.report(
                .answerCutShort(signal), level: .warning,
                "\(place(signal)) accepted \(count.of("record")) with status \(answer.status), but its answer broke "
                    + "off or was too long; whether it rejected some of them is not known")
            return .exported(count)
        }
        guard let partial = ExportAnswer.partialSuccess(body, signal) else { return .exported(count) }
        let rejected = min(count, Int(clamping: partial.rejected))
        failures.report(
            .partialSuccess(signal), level: .warning,
            "\(place(signal)) rejected \(rejected) of \(count.of("record")) and says: '\(partial.message)'; "
                + "they are not sent again")
        return ExportOutcome(exported: count - rejected, rejected: rejected)
    }

    private func refused(_ answer: HTTPTransport.Answer, _ count: Int, _ signal: OTLPSignal) -> ExportOutcome {
        failures.report(
            .dropped(signal, .refused),
            "\(place(signal)) refused \(count.of("record")) with status \(answer.status)\(Trouble.words(of: answer)); "
                + "\(count.verb("it is", "they are")) dropped. \(Advice.forStatus(answer.status, signal))")
        return .dropped(count, .refused)
    }

    private func gaveUp(
        _ trouble: Trouble, attempts: Int, delay: Duration, _ count: Int, _ signal: OTLPSignal
    ) -> ExportOutcome {
        let allowed = configuration.retry.maximumAttempts
        let limit =
            attempts < allowed
            ? "; the next one, in \(delay), would miss the timeout of \(configuration.timeout(of: signal))" : ""
        failures.report(
            .dropped(signal, trouble.dropReason),
            "\(place(signal)) \(trouble) at attempt \(attempts) of \(allowed)\(limit). "
                + "\(count.of("record")) \(count.verb("is", "are")) dropped. \(trouble.advice)")
        return .dropped(count, trouble.dropReason)
    }

    private func place(_ signal: OTLPSignal) -> String {
        "OTLP \(signal) destination \(OTLPHTTPConfiguration.redacted(configuration.endpoint(of: signal).url))"
    }
}
#endif
