import Foundation
import TestSupport

/// The checkout example as a user runs it, with the files it leaves.
struct Demo {
    let output: ProcessOutput
    let folder: URL
    let summary: Summary

    /// What `summary.json` says, as far as tests compare it.
    struct Summary: Decodable {
        struct Signal: Decodable {
            let created: Int
            let exported: Int
            let rejected: Int
            let dropped: [String: Int]
            let inFlight: Int
        }
        struct Telemetry: Decodable {
            let spans: Signal
            let events: Signal
        }
        struct Step: Decodable {
            let attempts: Int
            let unbegunAttempts: Int
        }
        let orders: Int
        let runs: [String: Int]
        let steps: [String: Step]
        let compensations: [String: Int]
        let telemetry: Telemetry
        let consistent: Bool
        let adminAddress: String?
    }

    static func run(
        orders: Int, seed: Int = 1, engine: String = "runtime", environment: [String: String] = [:], in folder: URL
    ) async throws -> Demo {
        let output = try await tool(environment).run(
            arguments(orders: orders, seed: seed, folder: folder) + ["--engine", engine], timeLimit: .seconds(240))
        return Demo(output: output, folder: folder, summary: try readSummary(folder))
    }

    static func arguments(orders: Int, seed: Int, folder: URL) -> [String] {
        ["--orders", "\(orders)", "--seed", "\(seed)", "--out", folder.path]
    }

    /// The program under `env`, so that a test's settings reach it and the machine's own do not.
    static func tool(_ environment: [String: String]) throws -> ConfiguredTool {
        ConfiguredTool(tool: try Tool(product: "checkout"), environment: environment)
    }

    static func readSummary(_ folder: URL) throws -> Summary {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Summary.self, from: Data(contentsOf: folder.appending(path: "summary.json")))
    }

    var telemetry: ExportedTelemetry {
        get throws { try ExportedTelemetry(file: folder.appending(path: "otlp.jsonl")) }
    }

    var page: [UInt8] {
        get throws { [UInt8](try Data(contentsOf: folder.appending(path: "metrics.prom"))) }
    }
}

/// A program with environment variables of its own.
struct ConfiguredTool {
    let tool: Tool
    let environment: [String: String]

    /// `env` sets the variables; the admin server takes any free port, so that tests do not meet.
    var command: (tool: Tool, prefix: [String]) {
        get throws {
            let settings = ["SAGASCOPE_ADMIN_PORT": "0"].merging(environment) { $1 }
            return (try Tool("env"), settings.map { "\($0.key)=\($0.value)" } + [tool.url.path])
        }
    }

    func run(_ arguments: [String], timeLimit: Duration) async throws -> ProcessOutput {
        let (env, prefix) = try command
        return try await env.run(prefix + arguments, timeLimit: timeLimit)
    }
}
