import SagaTelemetry

/// Where and how ``OTLPHTTPExporter`` sends.
///
/// ```swift
/// var configuration = OTLPHTTPConfiguration(endpoint: "https://collector.example:4318")
/// configuration.compression = .gzip
/// ```
public struct OTLPHTTPConfiguration: Sendable {
    /// The destination of one signal.
    public struct Endpoint: Sendable {
        /// The whole URL, path included: `http://localhost:4318/v1/traces`. Scheme http or https.
        public var url: String
        /// Sent with each request; values may be secrets and never appear in a log.
        public var headers: [(name: String, value: String)]
        /// For this signal; nil: ``OTLPHTTPConfiguration/timeout``.
        public var timeout: Duration?
        /// For this signal; nil: ``OTLPHTTPConfiguration/compression``.
        public var compression: Compression?

        public init(url: String, headers: [(name: String, value: String)] = []) {
            self.url = url
            self.headers = headers
        }
    }

    public enum Compression: String, Sendable, CaseIterable {
        case none, gzip
    }

    public var traces: Endpoint
    public var logs: Endpoint
    public var metrics: Endpoint
    /// For one export as a whole: every attempt, every wait between two, and the answer.
    public var timeout: Duration = .seconds(10)
    public var compression: Compression = .none
    public var retry = OTLPRetryPolicy()
    public var userAgent = "sagascope/\(sagascopeVersion)"

    /// One collector for every signal.
    /// - Parameter endpoint: base URL, to which `/v1/traces`, `/v1/logs` and `/v1/metrics` are added.
    public init(endpoint: String = "http://localhost:4318", headers: [(name: String, value: String)] = []) {
        let base = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        self.init(
            traces: Endpoint(url: base + "/v1/traces", headers: headers),
            logs: Endpoint(url: base + "/v1/logs", headers: headers),
            metrics: Endpoint(url: base + "/v1/metrics", headers: headers))
    }

    public init(traces: Endpoint, logs: Endpoint, metrics: Endpoint) {
        self.traces = traces
        self.logs = logs
        self.metrics = metrics
    }

    func endpoint(of signal: OTLPSignal) -> Endpoint {
        switch signal {
        case .traces: traces
        case .logs: logs
        case .metrics: metrics
        }
    }

    func timeout(of signal: OTLPSignal) -> Duration { endpoint(of: signal).timeout ?? timeout }
}
