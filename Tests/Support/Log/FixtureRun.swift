import Foundation

/// A run of `log-fixture`, perhaps in the hands of another program.
public struct FixtureRun: Sendable {
    public let told: LogTold
    public let exitCode: Int32
    public let errors: String

    /// - Parameters:
    ///   - settings: `tasks=4`, …; see `log-fixture`.
    ///   - wrapper: the program that starts it, with its arguments.
    public init(
        _ directory: String, _ settings: [String], under wrapper: [String] = [], timeLimit: Duration = .seconds(120)
    ) async throws {
        let command = wrapper + [try Tool(product: "log-fixture").url.path, directory] + settings
        let ended = try await Tool("env").run(command, timeLimit: timeLimit)
        told = LogTold(ended.output)
        exitCode = ended.exitCode
        errors = ended.errors
    }
}

/// Injects faults into system calls.
public enum Strace {
    /// Whether it is there, and may watch other processes.
    public static let isUsable: Bool = {
        guard let tool = try? Tool("strace") else { return false }
        let process = Process()
        process.executableURL = tool.url
        process.arguments = ["-qq", "-o", "/dev/null", "true"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// - Parameters:
    ///   - fault: what happens to which of these calls, as `strace(1)` says it.
    ///   - log: a file for what was traced.
    public static func injecting(_ fault: String, into calls: String, log: String = "/dev/null") -> [String] {
        [
            "strace", "-f", "-qq", "-o", log, "-e", "trace=\(calls)", "-e", "signal=none", "-e",
            "inject=\(calls):\(fault)",
        ]
    }
}
