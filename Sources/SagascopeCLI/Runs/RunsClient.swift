import NIOHTTP1
import RunInspection

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Asks an admin server for runs.
struct RunsClient {
    let server: AdminClient

    init(_ arguments: AdminArguments) {
        server = AdminClient(
            address: arguments.address, token: arguments.token, timeout: arguments.timeout,
            environment: ProcessInfo.processInfo.environment)
    }

    func list(_ query: [(String, String)]) async throws -> RunList {
        let list = try await fetch(RunList.self, .GET, "", query)
        guard list.version == 1 else { throw newer(list.version) }
        return list
    }

    func detail(_ run: String) async throws -> RunDetail {
        let detail = try await fetch(RunDetail.self, .GET, "/\(PercentText.encode(run))", [])
        guard detail.version == 1 else { throw newer(detail.version) }
        return detail
    }

    func change(_ run: String, _ action: RunAnswer.Action, _ query: [(String, String)]) async throws -> RunAnswer {
        try await fetch(RunAnswer.self, .POST, "/\(PercentText.encode(run))/\(action)", query)
    }

    private func newer(_ version: Int) -> CommandFailure {
        .notRuns(server.name, reason: "it is version \(version), and this sagascope reads version 1: take a newer one")
    }

    /// - Throws: ``RunProblem`` as the server says; ``CommandFailure``
    private func fetch<Answer: Decodable>(
        _ type: Answer.Type, _ method: HTTPMethod, _ path: String, _ query: [(String, String)]
    ) async throws -> Answer {
        let route = "/debug/runs"
        let parameters = query.map { "\($0)=\(PercentText.encode($1))" }.joined(separator: "&")
        let reply = try await server.ask(
            method, route + path + (parameters.isEmpty ? "" : "?\(parameters)"), accept: "application/json")
        if reply.status.code >= 400, let problem = try? RunJSON.decode(RunProblem.self, from: reply.body) {
            throw problem
        }
        try server.check(reply, route)
        do { return try RunJSON.decode(type, from: reply.body) } catch {
            throw CommandFailure.notRuns(server.name, reason: "it is no JSON of that form")
        }
    }
}
