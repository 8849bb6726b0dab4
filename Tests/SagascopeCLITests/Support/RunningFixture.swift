import Foundation
import Glibc
import TestSupport

/// The fixture program, in one of its modes, until it is told to end.
final class RunningFixture {
    private let process = Process()
    private let input = Pipe()
    private let file: URL

    var id: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    /// What it has said.
    var output: String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

    /// Waits until it is ready.
    init(_ mode: String, dumps: URL) async throws {
        file = dumps.deletingLastPathComponent().appending(path: "output")
        try Data().write(to: file)
        process.executableURL = try Tool(product: "dump-signal-fixture").url
        process.arguments = [mode]
        process.environment = ["SAGASCOPE_DUMP_DIRECTORY": dumps.path]
        process.standardInput = input
        process.standardOutput = try FileHandle(forWritingTo: file)
        try process.run()
        _ = try await eventually("the fixture is ready") { output.hasSuffix("ready\n") ? true : nil }
    }

    /// Lets it end by itself, and waits.
    func end() async throws {
        try input.fileHandleForWriting.close()
        _ = try await eventually("the fixture has ended") { process.isRunning ? nil : true }
    }

    func kill() {
        if process.isRunning { Glibc.kill(id, SIGKILL) }
    }
}
