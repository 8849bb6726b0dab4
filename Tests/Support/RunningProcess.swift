import Foundation
import Glibc

/// A child process whose output goes to files, so that no full pipe ever stops it.
public final class RunningProcess: Sendable {
    public struct TookTooLong: Error, CustomStringConvertible {
        let command: String
        let timeLimit: Duration
        public var description: String { "\(command) did not end within \(timeLimit) and was killed" }
    }

    private let process: Process
    private let files: URL
    private let exits: AsyncStream<Int32>
    private let command: String

    /// - Parameter files: a directory for input and output; it must outlive the process.
    public init(_ tool: Tool, _ arguments: [String], input: [UInt8] = [], files: URL) throws {
        let (exits, exited) = AsyncStream.makeStream(of: Int32.self)
        let process = Process()
        process.executableURL = tool.url
        process.arguments = arguments
        let inputFile = files.appendingPathComponent("stdin")
        try Data(input).write(to: inputFile)
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = try Self.create(files.appendingPathComponent("stdout"))
        process.standardError = try Self.create(files.appendingPathComponent("stderr"))
        process.terminationHandler = { ended in
            exited.yield(ended.terminationStatus)
            exited.finish()
        }
        try process.run()
        self.process = process
        self.files = files
        self.exits = exits
        self.command = ([tool.url.lastPathComponent] + arguments).joined(separator: " ")
    }

    public var id: Int32 { process.processIdentifier }

    public var isRunning: Bool { process.isRunning }

    /// Standard output so far.
    public var output: [UInt8] {
        get throws { [UInt8](try Data(contentsOf: files.appendingPathComponent("stdout"))) }
    }

    /// Standard error so far.
    public var errors: String { text(of: "stderr") }

    /// The exit code of a process that has ended; waits for it.
    public var exitCode: Int32 {
        get async throws {
            try await eventually("\(command) has ended") { process.isRunning ? nil : process.terminationStatus }
        }
    }

    /// Waits for the process to end by itself; may be called once.
    public func waitForExit(timeLimit: Duration) async throws -> ProcessOutput {
        let exitCode = try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask { [exits] in await exits.first { _ in true } }
            group.addTask {
                try await Task.sleep(for: timeLimit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let exitCode else {
            kill()
            throw TookTooLong(command: command, timeLimit: timeLimit)
        }
        let output = try Data(contentsOf: files.appendingPathComponent("stdout"))
        return ProcessOutput(exitCode: exitCode, output: [UInt8](output), errors: errors)
    }

    /// Kills the process, as a crash or the kernel would.
    public func kill() { Glibc.kill(process.processIdentifier, SIGKILL) }

    /// Asks the process to end and waits; kills it when it does not.
    public func stop(timeLimit: Duration = .seconds(10)) async {
        guard process.isRunning else { return }
        process.terminate()
        _ = try? await waitForExit(timeLimit: timeLimit)
    }

    private static func create(_ file: URL) throws -> FileHandle {
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }

    private func text(of file: String) -> String {
        let data = try? Data(contentsOf: files.appendingPathComponent(file))
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
}
