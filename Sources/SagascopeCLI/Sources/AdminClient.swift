import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks an admin server.
struct AdminClient: Sendable {
    let address: AdminAddress
    let token: String?
    let timeout: Duration

    /// A dump takes some 400 bytes a task, a flight recording at most as much as its server keeps.
    private static let maximumBytes = 1 << 30

    /// For people.
    var name: String { address.description }

    /// - Parameters:
    ///   - address, token: as on the command line; what is not there is looked for among the variables.
    ///   - timeout: in seconds.
    init(address: AdminAddress?, token: String?, timeout: Double, environment: [String: String]) {
        self.address = address ?? AdminAddress(environment: environment)
        self.token = token ?? environment["SAGASCOPE_ADMIN_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        self.timeout = .seconds(timeout)
    }

    struct Reply: Sendable {
        let status: HTTPResponseStatus
        let body: [UInt8]
    }

    /// - Parameter route: what is asked for, `/debug/tasks`.
    func get(_ route: String, accept: String) async throws(CommandFailure) -> [UInt8] {
        let reply = try await ask(.GET, route, accept: accept)
        try check(reply, route)
        return reply.body
    }

    /// - Returns: what the server says, whatever it is.
    func ask(_ method: HTTPMethod, _ route: String, accept: String) async throws(CommandFailure) -> Reply {
        do {
            return try await withThrowingTaskGroup(of: Reply.self) { group in
                group.addTask { try await fetch(method, route, accept: accept) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    throw CommandFailure.timedOut(name, seconds: timeout / .seconds(1))
                }
                defer { group.cancelAll() }
                guard let reply = try await group.next() else { throw CancellationError() }
                return reply
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .unreachable(name, reason: Self.words(error))
        }
    }

    private func fetch(_ method: HTTPMethod, _ route: String, accept: String) async throws -> Reply {
        var request = HTTPClientRequest(url: "\(address)\(route)")
        request.method = method
        request.headers = ["accept": accept, "user-agent": "sagascope"]
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.configuration)
        do {
            let response = try await client.execute(request, timeout: .hours(1))
            let body = Array(try await response.body.collect(upTo: Self.maximumBytes).readableBytesView)
            try await client.shutdown()
            return Reply(status: response.status, body: body)
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

    /// - Throws: for what is no answer to be read.
    func check(_ reply: Reply, _ route: String) throws(CommandFailure) {
        switch reply.status {
        case .ok, .accepted: return
        // The route is there, and says what is not.
        case .notFound where String(decoding: reply.body.prefix(200), as: UTF8.self).contains("SAGASCOPE_FLIGHT"):
            throw .recorderOff(name)
        case .notFound: throw .noRoute(name, route)
        case .unauthorized: throw .unauthorized(name, hadToken: token != nil)
        default: throw .unexpectedStatus(name, code: Int(reply.status.code))
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
