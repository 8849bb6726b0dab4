import Hummingbird
import Logging
import NIOCore
import Synchronization
import TestSupport

/// Takes every OTLP/HTTP request, as a collector does, and keeps the bodies for the judge.
enum CapturingServer {
    struct Request: Sendable {
        let signal: String
        let body: [UInt8]
    }

    /// Runs `body` with the server's endpoint.
    static func requests(_ body: @escaping @Sendable (_ endpoint: String) async throws -> Void) async throws
        -> [Request]
    {
        let kept = Mutex<[Request]>([])
        let router = Router()
        router.post("/v1/:signal") { request, context in
            let signal = try context.parameters.require("signal")
            let buffer = try await request.body.collect(upTo: 64 << 20)
            kept.withLock { $0.append(Request(signal: signal, body: Array(buffer.readableBytesView))) }
            return HTTPResponse.Status.ok
        }
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        var quiet = Logger(label: "capture")
        quiet.logLevel = .error
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { listening.yield($0.localAddress?.port ?? 0) }, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask {
                for await port in ports {
                    try await body("http://127.0.0.1:\(port)")
                    return
                }
            }
            try await group.next()
            group.cancelAll()
        }
        return kept.withLock { $0 }
    }
}
