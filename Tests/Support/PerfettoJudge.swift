import Foundation
import Testing

/// Perfetto's official Python messages, and what its reader relies on, as the judge of a trace:
/// `Tests/Tools/perfetto_judge.py`.
public enum PerfettoJudge {
    /// Whether the interpreter of the tests has the messages.
    public static func isThere() async -> Bool {
        let answer = try? await Judge.python.run(["-c", "import perfetto.protos.perfetto.trace.perfetto_trace_pb2"])
        return answer?.exitCode == 0
    }

    public static let missing: Comment = "the tests' Python has no `perfetto`: run `make test`"

    /// Fails the test unless the trace is valid, by everything the judge knows.
    public static func check(_ trace: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let verdict = try await run("check", trace)
        #expect(verdict.exitCode == 0, "\(verdict.text.prefix(4000))", sourceLocation: sourceLocation)
    }

    /// What a person would see of it, a line for each track and each event.
    public static func lines(of trace: [UInt8]) async throws -> [String] {
        let verdict = try await run("text", trace)
        return verdict.text.split(separator: "\n").map(String.init)
    }

    private static func run(_ mode: String, _ trace: [UInt8]) async throws -> ProcessOutput {
        let script = Tool.packageRoot.appending(path: "Tests/Tools/perfetto_judge.py").path
        return try await Judge.python.run([script, mode, "/dev/stdin"], input: trace, timeLimit: .seconds(240))
    }
}
