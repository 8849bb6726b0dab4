import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import TaskInspection

/// Asks an admin server.
struct AdminSource: DumpSource {
    let address: AdminAddress
    let token: String?
    let timeout: Duration

    /// A dump takes some 400 bytes a task.
    private static let maximumBytes = 1 << 30

    var name: String { address.description }

    func dump() async throws(CommandFailure) -> TaskDump {
        do {
            let json = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                group.addTask { try await fetch() }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    throw CommandFailure.timedOut(name, seconds: timeout / .seconds(1))
                }
                defer { group.cancelAll() }
                return try await group.next() ?? []
            }
            return try checked(decode(json))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .unreachable(name, reason: Self.words(error))
        }
    }

    private func fetch() async throws -> [UInt8] {
        var request = HTTPClientRequest(url: "\(address)/debug/tasks")
        request.headers = ["accept": "application/json", "user-agent": "sagascope"]
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.configuration)
        do {
            let response = try await client.execute(request, timeout: .hours(1))
            let body = try await accepted(response).body.collect(upTo: Self.maximumBytes)
            try await client.shutdown()
            return Array(body.readableBytesView)
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    /// Redirects are not followed: the token is for this address.
    private static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    private func accepted(_ response: HTTPClientResponse) throws(CommandFailure) -> HTTPClientResponse {
        switch response.status {
        case .ok: return response
        case .notFound: throw .noTasksRoute(name)
        case .unauthorized: throw .unauthorized(name, hadToken: token != nil)
        case let status: throw .unexpectedStatus(name, code: Int(status.code))
        }
    }

    private static func words(_ error: any Error) -> String {
        if let refusal = error as? NIOConnectionError {
            if let first = refusal.connectionErrors.first { return words(first.error) }
            return "the name is not known"
        }
        if let system = error as? IOError { return String(cString: strerror(system.errnoCode)) }
        return "\(error)"
    }
}
