#if OTLPHTTP
import Foundation
import Logging
import SagaTelemetry
import TestSupport
import Testing

@testable import OTLPExporter

/// Certificates of the configuration, against a server with an authority of its own.
struct TLSTests {
    @Test func trustsTheAuthorityThatItWasGivenAndNoOther() async throws {
        try await withTemporaryDirectory { directory in
            let certificates = try await TestCertificates(in: directory)
            try await TLSServer.with(certificates) { endpoint in
                var configuration = OTLPHTTPConfiguration(endpoint: endpoint)
                configuration.retry = .never
                try await #expect(export(configuration) == .dropped(1, .unreachable))
                configuration.tls.certificateAuthorities = certificates.authority
                try await #expect(export(configuration) == .exported(1))
            }
        }
    }

    @Test func showsItsCertificateToWhoeverAsks() async throws {
        try await withTemporaryDirectory { directory in
            let certificates = try await TestCertificates(in: directory)
            try await TLSServer.with(certificates, asksForCertificate: true) { endpoint in
                var configuration = OTLPHTTPConfiguration(endpoint: endpoint)
                configuration.retry = .never
                configuration.tls.certificateAuthorities = certificates.authority
                try await #expect(export(configuration) == .dropped(1, .unreachable))
                // For spans alone: they take the authority from what holds for every signal.
                configuration.traces.tls.clientCertificate = certificates.client.certificate
                configuration.traces.tls.clientKey = certificates.client.key
                try await #expect(export(configuration) == .exported(1))
            }
        }
    }

    @Test func filesThatCannotBeUsedAreToldOf() async throws {
        try await withTemporaryDirectory { directory in
            let certificates = try await TestCertificates(in: directory)
            let empty = directory.appending(path: "empty.pem").path()
            try Data().write(to: URL(filePath: empty))
            func error(_ tls: OTLPHTTPConfiguration.TLS) -> String {
                var configuration = OTLPHTTPConfiguration(endpoint: "https://localhost:1")
                configuration.logs.tls = tls
                let error = #expect(throws: OTLPConfigurationError.self) { try exporter(configuration) }
                return error?.description ?? ""
            }
            #expect(error(.init(certificateAuthorities: "/nowhere.pem")).contains("'/nowhere.pem' cannot be read"))
            #expect(error(.init(certificateAuthorities: empty)).contains(empty))
            #expect(
                error(.init(clientCertificate: certificates.client.certificate))
                    .hasSuffix("has no client key beside it"))
            #expect(error(.init(clientKey: certificates.client.key)).hasSuffix("has no client certificate beside it"))
            #expect(
                error(.init(clientCertificate: certificates.client.certificate, clientKey: empty)).contains(empty))
        }
    }

    @discardableResult
    private func exporter(_ configuration: OTLPHTTPConfiguration) throws -> OTLPHTTPExporter {
        try OTLPHTTPExporter(
            configuration: configuration, resource: Samples.resource,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func export(_ configuration: OTLPHTTPConfiguration) async throws -> ExportOutcome {
        let exporter = try exporter(configuration)
        let outcome = await exporter.export(spans: Samples.spans(1))
        await exporter.shutdown()
        return outcome
    }
}
#endif
