#if OTLPHTTP
import NIOSSL

/// The files of ``OTLPHTTPConfiguration/TLS``, read and understood once, when the exporter is made.
enum TLSCredentials {
    /// Nil when nothing is set: the system's authorities, and no certificate of our own.
    static func load(
        _ tls: OTLPHTTPConfiguration.TLS, _ signal: OTLPSignal
    ) throws(OTLPConfigurationError) -> TLSConfiguration? {
        guard tls != OTLPHTTPConfiguration.TLS() else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let path = tls.certificateAuthorities {
            configuration.trustRoots = .certificates(try certificates(path, signal))
        }
        switch (tls.clientCertificate, tls.clientKey) {
        case (nil, nil): break
        case (let certificate?, let key?):
            configuration.certificateChain = try certificates(certificate, signal).map { .certificate($0) }
            configuration.privateKey = .privateKey(
                try read(key, signal) { try NIOSSLPrivateKey(file: key, format: .pem) })
        case (let certificate?, nil): throw .tlsFile(signal, path: certificate, reason: "has no client key beside it")
        case (nil, let key?): throw .tlsFile(signal, path: key, reason: "has no client certificate beside it")
        }
        return configuration
    }

    private static func certificates(
        _ path: String, _ signal: OTLPSignal
    ) throws(OTLPConfigurationError) -> [NIOSSLCertificate] {
        let certificates = try read(path, signal) { try NIOSSLCertificate.fromPEMFile(path) }
        guard !certificates.isEmpty else { throw .tlsFile(signal, path: path, reason: "holds no certificate in PEM") }
        return certificates
    }

    private static func read<Content>(
        _ path: String, _ signal: OTLPSignal, _ body: () throws -> Content
    ) throws(OTLPConfigurationError) -> Content {
        do {
            return try body()
        } catch {
            throw .tlsFile(signal, path: path, reason: "cannot be read as PEM: \(error)")
        }
    }
}
#endif
