import Foundation

/// A real OpenTelemetry Collector, started by the launcher that `TEST_OTELCOL` names: `launcher OUT.jsonl
/// CONFIG.yaml`.
struct Collector {
    let endpoint: String

    static var launcher: String? { ProcessInfo.processInfo.environment["TEST_OTELCOL"] }

    struct DidNotStart: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs `body` while a collector listens, then stops it.
    /// - Returns: what the collector received, one request of OTLP/JSON a line.
    static func received(_ body: (Collector) async throws -> Void) async throws -> [String] {
        guard let launcher else { throw DidNotStart(description: "TEST_OTELCOL is not set") }
        return try await TemporaryDirectory.with { directory in
            let output = directory.appending(path: "out.jsonl")
            let settings = directory.appending(path: "config.yaml")
            let port = try freePort()
            try Data(configuration(port: port).utf8).write(to: settings)

            let process = Process()
            let log = Pipe()
            process.executableURL = URL(filePath: launcher)
            process.arguments = [output.path, settings.path]
            process.standardOutput = log
            process.standardError = log
            try process.run()
            let reader = log.fileHandleForReading
            do {
                try await untilReady(reader)
                // A full pipe would stop the collector.
                reader.readabilityHandler = { _ = $0.availableData }
                try await body(Collector(endpoint: "http://127.0.0.1:\(port)"))
            } catch {
                await stop(process)
                throw error
            }
            await stop(process)
            reader.readabilityHandler = nil
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

    private static func untilReady(_ log: FileHandle) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async {
                var text = ""
                while !text.contains("Everything is ready") {
                    let part = log.availableData
                    guard !part.isEmpty else { return continuation.resume(throwing: DidNotStart(description: text)) }
                    text += String(decoding: part, as: UTF8.self)
                }
                continuation.resume()
            }
        }
    }

    private static func stop(_ process: Process) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                process.terminate()
                process.waitUntilExit()
                continuation.resume()
            }
        }
    }

    /// A port that was free a moment ago.
    private static func freePort() throws -> Int {
        let server = try FaultServer([.silence])
        server.stop()
        return server.port
    }
}
