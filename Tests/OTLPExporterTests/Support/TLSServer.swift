#if OTLPHTTP
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import TestSupport

/// Certificates of an authority that nobody trusts but the test, made by openssl.
struct TestCertificates {
    let authority: String
    let server: (certificate: String, key: String)
    let client: (certificate: String, key: String)

    init(in directory: URL) async throws {
        func file(_ name: String) -> String { directory.appending(path: name).path() }
        let openssl = try Tool("openssl")
        func make(_ name: String, _ arguments: [String]) async throws -> (certificate: String, key: String) {
            let (certificate, key) = (file("\(name).pem"), file("\(name).key"))
            let made = try await openssl.run(
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=\(name)", "-keyout", key, "-out", certificate,
                ] + arguments)
            guard made.exitCode == 0 else { throw Failure(text: made.text) }
            return (certificate, key)
        }
        let authority = try await make("authority", [])
        let signed = [
            "-CA", authority.certificate, "-CAkey", authority.key, "-addext", "basicConstraints=critical,CA:FALSE",
        ]
        self.authority = authority.certificate
        server = try await make("server", signed + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        client = try await make("client", signed)
    }

    struct Failure: Error, CustomStringConvertible {
        let text: String
        var description: String { "openssl: \(text)" }
    }
}

/// Answers 200 to every request over TLS, on a free port of loopback.
enum TLSServer {
    /// - Parameter asksForCertificate: whoever shows none that the authority signed is turned away.
    static func with<Result>(
        _ certificates: TestCertificates, asksForCertificate: Bool = false,
        body: (_ endpoint: String) async throws -> Result
    ) async throws -> Result {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificates.server.certificate)
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: certificates.server.key, format: .pem)))
        if asksForCertificate {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(certificates.authority))
        }
        let context = try NIOSSLContext(configuration: configuration)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(Accepting())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body("https://127.0.0.1:\(channel.localAddress?.port ?? 0)")
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }

    private final class Accepting: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = unwrapInboundIn(data) else { return }
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Length": "0"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
#endif
