import Foundation
import Glibc
import TestSupport
import Testing

/// The built tool on a terminal.
@Suite("The live view")
struct LiveViewTests {
    private func withLiveView(
        _ body: (PseudoTerminal, Process) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let fixture = try await RunningFixture("answers", dumps: directory.appending(path: "dumps"))
            defer { fixture.kill() }
            let terminal = try PseudoTerminal(rows: 20, columns: 150)
            let process = Process()
            process.executableURL = try Tool(product: "sagascope").url
            process.arguments = ["tasks", "--pid", "\(fixture.id)", "--interval", "0.1", "--timeout", "60"]
            process.environment = [:]
            process.standardInput = terminal.slave
            process.standardOutput = terminal.slave
            process.standardError = terminal.slave
            try process.run()
            defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
            try await terminal.expect("fixture (pid \(fixture.id))")
            try await body(terminal, process)
        }
    }

    /// Reads the screen meanwhile: who writes to a full terminal waits.
    private func exitCode(of process: Process, on terminal: PseudoTerminal) async throws -> Int32 {
        try await eventually("sagascope has ended") {
            terminal.drain()
            return process.isRunning ? nil : process.terminationStatus
        }
    }

    @Test func showsTasksTakesKeysAndRestoresTheTerminal() async throws {
        try await withLiveView { terminal, process in
            #expect(terminal.settings != terminal.settingsBefore)
            try await terminal.expect("notify")
            terminal.type("h")
            try await terminal.expect("any key: back")
            terminal.type("x")
            try await terminal.expect("q quit")
            terminal.type("\u{1B}[B\r")
            try await terminal.expect("esc back")
            terminal.type("\u{1B}")
            try await terminal.expect("s/S sort")
            terminal.type("q")
            #expect(try await exitCode(of: process, on: terminal) == 0)
            try await terminal.expect("\u{1B}[?25h\u{1B}[?1049l")
            #expect(terminal.settings == terminal.settingsBefore)
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func aSignalRestoresTheTerminal(signal: Int32) async throws {
        try await withLiveView { terminal, process in
            kill(process.processIdentifier, signal)
            #expect(try await exitCode(of: process, on: terminal) == 128 + signal)
            try await terminal.expect("\u{1B}[?25h\u{1B}[?1049l")
            #expect(terminal.settings == terminal.settingsBefore)
        }
    }

    @Test func followsTheSizeOfTheTerminal() async throws {
        try await withLiveView { terminal, process in
            terminal.resize(rows: 20, columns: 24)
            kill(process.processIdentifier, SIGWINCH)
            try await terminal.expect("q quit   space pause   …")
            terminal.type("\u{3}")
            #expect(try await exitCode(of: process, on: terminal) == 0)
        }
    }

    @Test func aFailureAtTheBeginningLeavesThePlainScreen() async throws {
        let terminal = try PseudoTerminal(rows: 20, columns: 150)
        let process = Process()
        process.executableURL = try Tool(product: "sagascope").url
        process.arguments = ["tasks", "--pid", "\(Int32.max)"]
        process.standardInput = terminal.slave
        process.standardOutput = terminal.slave
        process.standardError = terminal.slave
        try process.run()
        #expect(try await exitCode(of: process, on: terminal) == 7)
        try await terminal.expect("there is no process")
        #expect(!terminal.output.contains("\u{1B}"))
        #expect(terminal.settings == terminal.settingsBefore)
    }
}
