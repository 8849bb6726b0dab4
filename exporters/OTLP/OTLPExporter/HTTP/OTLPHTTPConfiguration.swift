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
        /// For this signal; what is nil in it: ``OTLPHTTPConfiguration/tls``.
        public var tls = TLS()

        public init(url: String, headers: [(name: String, value: String)] = []) {
            self.url = url
            self.headers = headers
        }
    }

    public enum Compression: String, Sendable, CaseIterable {
        case none, gzip
    }

    /// Certificates of an https destination, as paths of PEM files. They are read once, when the exporter is made.
    public struct TLS: Sendable, Equatable {
        /// The authorities that the destination's certificate is checked against; nil: the system's.
        public var certificateAuthorities: String?
        /// The certificate that this client shows, its chain after it; needs ``clientKey``.
        public var clientCertificate: String?
        public var clientKey: String?

        public init(
            certificateAuthorities: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil
        ) {
            self.certificateAuthorities = certificateAuthorities
            self.clientCertificate = clientCertificate
            self.clientKey = clientKey
        }
    }

    public var traces: Endpoint
    public var logs: Endpoint
    public var metrics: Endpoint
    /// For one export as a whole: every attempt, every wait between two, and the answer.
    public var timeout: Duration = .seconds(10)
    public var compression: Compression = .none
    public var tls = TLS()
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

    func tls(of signal: OTLPSignal) -> TLS {
        let own = endpoint(of: signal).tls
        // A certificate and its key belong together: a signal that has one of its own takes neither from the others.
        let hasOwnClient = own.clientCertificate != nil || own.clientKey != nil
        return TLS(
            certificateAuthorities: own.certificateAuthorities ?? tls.certificateAuthorities,
            clientCertificate: hasOwnClient ? own.clientCertificate : tls.clientCertificate,
            clientKey: hasOwnClient ? own.clientKey : tls.clientKey)
    }
}
