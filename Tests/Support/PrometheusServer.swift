import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A real Prometheus that scrapes one port of 127.0.0.1 each second, asked over its HTTP API.
public struct PrometheusServer: Sendable {
    private let process: RunningProcess
    private let port: Int

    public init(_ tool: Tool, scraping target: Int, in directory: URL) throws {
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
            ],
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
        let expression = "\(name){\(matchers.joined(separator: ","))}"
        let encoded = expression.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        guard let url = URL(string: "http://127.0.0.1:\(port)/api/v1/query?query=\(encoded)") else { return [] }
        let (body, _) = try await URLSession.shared.data(from: url)
        let response = try JSONDecoder().decode(Response.self, from: body)
        return response.data.result.compactMap { Double($0.value.value) }
    }
}
