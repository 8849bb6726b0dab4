import Foundation
import Logging
import SagaRuntime
import Sagascope
import ServiceLifecycle
import TaskInspection
import TestSupport

/// The built tool, run with these arguments and without the machine's own settings. It waits long for answers, since the
/// machine may be busy, unless the arguments say otherwise.
func sagascope(_ arguments: [String], environment: [String: String] = [:]) async throws -> ProcessOutput {
    let variables = environment.map { "\($0.key)=\($0.value)" }
    let unset = ["SAGASCOPE_ADMIN_TOKEN", "SAGASCOPE_ADMIN_HOST", "SAGASCOPE_ADMIN_PORT", "SAGASCOPE_DUMP_DIRECTORY"]
    let program = try Tool(product: "sagascope").url.path
    let patience = arguments.contains("--timeout") ? [] : ["--timeout", "60"]
    return try await Tool("env").run(
        unset.flatMap { ["-u", $0] } + variables + [program] + arguments + patience, timeLimit: .seconds(120))
}

/// Runs an admin server that gives this dump while `body` asks it.
func withAdminServer<Result: Sendable>(
    _ dump: TaskDump = Samples.dump, host: String = "127.0.0.1", token: String? = nil,
    coordinators: @escaping @Sendable () -> [SagaCoordinator] = { [] },
    _ body: (_ port: Int) async throws -> Result
) async throws -> Result {
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    let server = AdminServer(
        configuration: AdminServer.Configuration(host: host, port: 0, token: token.flatMap { AccessToken($0) }),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: { _ in throw CancellationError() },
        readiness: { .ready }, tasks: { dump }, coordinators: coordinators, onListening: { listening.yield($0) })
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { listening.finish() }
            try await server.run()
        }
        defer { group.cancelAll() }
        guard let port = await ports.first(where: { _ in true }) else { throw NeverListened() }
        return try await body(port)
    }
}

struct NeverListened: Error {}
