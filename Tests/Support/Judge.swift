import Foundation
import Testing

/// The official Python messages as the judge of what we encode: `Tests/Tools/judge.py`. Signals are `traces`, `logs` and
/// `metrics`.
public enum Judge {
    /// Fails the test unless `request` is a valid export request, by everything the judge knows.
    public static func check(
        _ request: [UInt8], _ signal: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let verdict = try await run("check", signal, request)
        #expect(verdict.exitCode == 0, "\(verdict.text)", sourceLocation: sourceLocation)
    }

    /// The content of a request.
    public static func content(of request: [UInt8], _ signal: String) async throws -> JSONValue {
        try JSONValue.parse(try await judged("json", signal, request))
    }

    /// The content of each line of OTLP/JSON, read back by the official library.
    public static func content(ofLines lines: [UInt8], _ signal: String) async throws -> [JSONValue] {
        guard case .array(let values) = try JSONValue.parse(try await judged("lines", signal, lines)) else { return [] }
        return values
    }

    public struct Refusal: Error, CustomStringConvertible {
        public let description: String
    }

    private static func judged(_ mode: String, _ signal: String, _ input: [UInt8]) async throws -> String {
        let verdict = try await run(mode, signal, input)
        guard verdict.exitCode == 0 else { throw Refusal(description: verdict.text) }
        return verdict.text
    }

    /// Decompresses with Python's own gzip, another zlib binding than ours.
    public static func gunzip(_ packed: [UInt8]) async throws -> [UInt8] {
        let program = "import gzip,sys;sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))"
        let answer = try await python.run(["-c", program], input: packed)
        guard answer.exitCode == 0 else { throw Refusal(description: answer.text) }
        return answer.output
    }

    private static func run(_ mode: String, _ signal: String, _ input: [UInt8]) async throws -> ProcessOutput {
        let script = Tool.packageRoot.appending(path: "Tests/Tools/judge.py").path
        return try await python.run([script, mode, signal, "/dev/stdin"], input: input, timeLimit: .seconds(120))
    }

    /// The interpreter that has `opentelemetry-proto` and `prometheus-client`.
    public static var python: Tool {
        get throws {
            let named = ProcessInfo.processInfo.environment["TEST_PYTHON"]
            let path = named ?? Tool.packageRoot.appending(path: ".build/venv/bin/python3").path
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw Refusal(description: "no Python at \(path): run `make test`, or set TEST_PYTHON")
            }
            return Tool(at: URL(filePath: path))
        }
    }
}
