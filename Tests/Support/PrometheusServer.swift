import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A real Prometheus that scrapes one port of 127.0.0.1 each second, asked over its HTTP API.
public struct PrometheusServer: Sendable {
    private let process: RunningProcess
    private let port: Int

    /// - Parameter features: what `--enable-feature` turns on.
    public init(_ tool: Tool, scraping target: Int, features: [String] = [], in directory: URL) throws {
        let configuration = """
            global: {scrape_interval: 1s}
            scrape_configs:
              - job_name: sagascope
                static_configs: [{targets: ["127.0.0.1:\(target)"]}]

            """
        let file = directory.appendingPathComponent("prometheus.yml")
        try Data(configuration.utf8).write(to: file)
        port = try freePort()
        process = try RunningProcess(
            tool,
            [
                "--config.file=\(file.path)", "--web.listen-address=127.0.0.1:\(port)",
                "--storage.tsdb.path=\(directory.appendingPathComponent("data").path)",
            ] + (features.isEmpty ? [] : ["--enable-feature=\(features.joined(separator: ","))"]),
            files: directory)
    }

    public var errors: String { process.errors }

    public func stop() async { await process.stop() }

    /// Waits until the series exists with this value.
    public func expect(_ name: String, _ labels: [String: String], _ value: Double) async throws {
        _ = try await eventually("\(name) == \(value)") {
            try await query(name, labels).contains { $0 == value || ($0.isNaN && value.isNaN) } ? true : nil
        }
    }

    private struct Response: Decodable {
        struct Body: Decodable { let result: [Series] }
        struct Series: Decodable {
            let metric: [String: String]
            let value: Sample
        }
        /// `[time, "value"]`
        struct Sample: Decodable {
            let value: String

            init(from decoder: any Decoder) throws {
                var pair = try decoder.unkeyedContainer()
                _ = try pair.decode(Double.self)
                value = try pair.decode(String.self)
            }
        }
        let data: Body
    }

    /// The values of every series that matches now.
    public func query(_ name: String, _ labels: [String: String]) async throws -> [Double] {
        let matchers = labels.map { label, value in
            let escaped = value.replacingOccurrences(of: "\\", with: "\\\\")
                .replacingOccurrences(of: "\"", with: "\\\"").replacingOccurrences(of: "\n", with: "\\n")
            return "\(label)=\"\(escaped)\""
        }
        return try await evaluate("\(name){\(matchers.joined(separator: ","))}").compactMap(\.value)
    }

    /// The answer to an expression that gives one number a series.
    public func evaluate(_ expression: String) async throws -> [(labels: [String: String], value: Double?)] {
        let response = try await get(Response.self, "query", ["query": expression])
        return response.data.result.map { ($0.metric, Double($0.value.value)) }
    }

    /// The first series that an expression gives, once it gives one: samples can be asked for a moment after their scrape, and a
    /// scrape that took too long on a busy machine takes the series away until the next.
    public func first(_ expression: String) async throws -> (labels: [String: String], value: Double) {
        try await eventually("a value of \(expression)") {
            try await evaluate(expression).lazy.compactMap { series in series.value.map { (series.labels, $0) } }.first
        }
    }

    public struct ExemplarSeries: Decodable, Sendable {
        public struct Exemplar: Decodable, Sendable {
            public let labels: [String: String]
            public let value: String
            /// Seconds since the Unix epoch.
            public let timestamp: Double
        }
        public let seriesLabels: [String: String]
        public let exemplars: [Exemplar]
    }

    /// The exemplars of the last hour that a selector's series have.
    public func exemplars(_ selector: String) async throws -> [ExemplarSeries] {
        struct Response: Decodable { let data: [ExemplarSeries] }
        let now = Date().timeIntervalSince1970
        let range = ["query": selector, "start": "\(now - 3600)", "end": "\(now + 60)"]
        return try await get(Response.self, "query_exemplars", range).data
    }

    private func get<Answer: Decodable>(
        _ type: Answer.Type, _ path: String, _ parameters: [String: String]
    ) async throws -> Answer {
        let pairs = parameters.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        }
        guard let url = URL(string: "http://127.0.0.1:\(port)/api/v1/\(path)?\(pairs.joined(separator: "&"))")
        else { throw URLError(.badURL) }
        let (body, _) = try await URLSession.shared.data(from: url)
        return try JSONDecoder().decode(Answer.self, from: body)
    }
}
