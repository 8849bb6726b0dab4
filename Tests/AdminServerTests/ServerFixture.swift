import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import PrometheusExporter
import SagaRuntime
import Sagascope
import ServiceLifecycle
import TaskInspection

/// What a server under test serves.
struct Served: Sendable {
    var metrics: @Sendable (_ accept: String?) async throws -> PrometheusPage.Answer = { _ in plain("a 1\n") }
    var readiness: @Sendable () -> Readiness = { .ready }
    var tasks: @Sendable () -> TaskDump = TaskInspector.dump
    var host = "127.0.0.1"
    var token: AccessToken?
    var coordinators: @Sendable () -> [SagaCoordinator] = { [] }
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

func plain(_ text: String) -> PrometheusPage.Answer {
    PrometheusPage.Answer(bytes: Array(text.utf8), contentType: PrometheusFormat.text.contentType)
}

/// Runs an admin server on a free port while `body` talks to it, then shuts it down gracefully and waits for its end.
func withServer<Result: Sendable>(
    _ served: Served = Served(), _ body: @Sendable (_ port: Int) async throws -> Result
) async throws -> Result {
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    let server = AdminServer(
        configuration: AdminServer.Configuration(host: served.host, port: 0, token: served.token),
        logger: served.logger,
        metrics: served.metrics, readiness: served.readiness, tasks: served.tasks,
        coordinators: served.coordinators,
        onListening: { port in
            listening.yield(port)
            listening.finish()
        })
    let group = ServiceGroup(services: [server], logger: Served().logger)
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { listening.finish() }
            try await group.run()
        }
        guard let port = await ports.first(where: { _ in true }) else {
            try await tasks.waitForAll()
            throw NeverListened()
        }
        do {
            let result = try await body(port)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
    }
}

struct NeverListened: Error {}

struct Answer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
}

/// One request to 127.0.0.1; bodies arrive as they were sent, not inflated.
func request(
    _ port: Int, _ path: String, method: HTTPMethod = .GET, headers: HTTPHeaders = [:]
) async throws -> Answer {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
    request.method = method
    request.headers = headers
    // The shared client inflates what it receives; one of its own does not.
    let client = HTTPClient(eventLoopGroupProvider: .singleton)
    do {
        let response = try await client.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 64 << 20)
        try await client.shutdown()
        return Answer(
            status: Int(response.status.code), headers: response.headers, body: Array(body.readableBytesView))
    } catch {
        try await client.shutdown()
        throw error
    }
}
