import Foundation

/// A real OpenTelemetry Collector, started by the launcher that `TEST_OTELCOL` names: `launcher OUT.jsonl CONFIG.yaml`.
public struct Collector: Sendable {
    public let endpoint: String

    public static var launcher: String? {
        ProcessInfo.processInfo.environment["TEST_OTELCOL"].flatMap { $0.isEmpty ? nil : $0 }
    }

    public struct Missing: Error, CustomStringConvertible {
        public let description = "TEST_OTELCOL is not set"
    }

    /// Runs `body` while a collector listens, then stops it.
    /// - Returns: what the collector received, one request of OTLP/JSON a line.
    public static func received(_ body: @Sendable (Collector) async throws -> Void) async throws -> [String] {
        guard let launcher else { throw Missing() }
        return try await withTemporaryDirectory { directory in
            let output = directory.appending(path: "out.jsonl")
            let settings = directory.appending(path: "config.yaml")
            let port = try freePort()
            try Data(configuration(port: port).utf8).write(to: settings)
            let process = try RunningProcess(
                Tool(at: URL(filePath: launcher)), [output.path, settings.path], files: directory)
            do {
                _ = try await eventually("the collector is ready") {
                    process.errors.contains("Everything is ready") ? true : nil
                }
                try await body(Collector(endpoint: "http://127.0.0.1:\(port)"))
            } catch {
                await process.stop()
                throw error
            }
            await process.stop()
            return try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map { $0 + "\n" }
        }
    }

    private static func configuration(port: Int) -> String {
        """
        receivers:
          otlp: {protocols: {http: {endpoint: "127.0.0.1:\(port)"}}}
        exporters:
          file: {path: "${env:OTELCOL_OUT}"}
        service:
          telemetry: {metrics: {level: none}}
          pipelines:
            traces: {receivers: [otlp], exporters: [file]}
            metrics: {receivers: [otlp], exporters: [file]}
            logs: {receivers: [otlp], exporters: [file]}
        """
    }
}
