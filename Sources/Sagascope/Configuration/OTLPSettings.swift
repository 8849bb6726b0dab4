import OTLPExporter

/// What is set about OTLP, for every signal and for each, before it is put together.
struct OTLPSettings: Sendable {
    enum Scope: String, Sendable, CaseIterable {
        case every, traces, logs, metrics
    }

    struct Destination: Sendable {
        var endpoint: String?
        var headers: [SettingPair]?
        var timeout: Duration?
        var compression: OTLPHTTPConfiguration.Compression?
        var transport: String?
        var certificate: String?
        var clientCertificate: String?
        var clientKey: String?
    }

    private var destinations: [Scope: Destination] = [:]

    subscript(scope: Scope) -> Destination {
        get { destinations[scope] ?? Destination() }
        set { destinations[scope] = newValue }
    }

    /// Nil without any endpoint. Signals without one of their own go to the general one, or else to this machine.
    var http: OTLPHTTPConfiguration? {
        guard Scope.allCases.contains(where: { self[$0].endpoint != nil }) else { return nil }
        let every = self[.every]
        var http = OTLPHTTPConfiguration(endpoint: every.endpoint ?? "http://localhost:4318")
        http.timeout = every.timeout ?? http.timeout
        http.compression = every.compression ?? http.compression
        http.tls = every.tls
        apply(.traces, to: &http.traces)
        apply(.logs, to: &http.logs)
        apply(.metrics, to: &http.metrics)
        return http
    }

    private func apply(_ scope: Scope, to endpoint: inout OTLPHTTPConfiguration.Endpoint) {
        let own = self[scope]
        let ownHeaders = own.headers ?? []
        let general = (self[.every].headers ?? []).filter { header in
            !ownHeaders.contains { $0.key.lowercased() == header.key.lowercased() }
        }
        endpoint.url = own.endpoint ?? endpoint.url
        endpoint.headers = (ownHeaders + general).map { (name: $0.key, value: $0.value) }
        endpoint.timeout = own.timeout
        endpoint.compression = own.compression
        endpoint.tls = own.tls
    }
}

extension OTLPSettings.Destination {
    fileprivate var tls: OTLPHTTPConfiguration.TLS {
        OTLPHTTPConfiguration.TLS(
            certificateAuthorities: certificate, clientCertificate: clientCertificate, clientKey: clientKey)
    }
}
