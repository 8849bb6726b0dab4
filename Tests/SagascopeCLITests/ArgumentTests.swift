import ArgumentParser
import Testing

@testable import SagascopeCLI

struct ArgumentTests {
    @Test(arguments: [
        (["--pid", "1", "--address", "a:1"], "--pid and --address"), (["--pid", "0"], "--pid is 0"),
        (["--pid", "1", "--file", "x"], "--pid and --file"), (["--file", "x", "--watch"], "--watch"),
        (["--json", "--format", "text"], "--json and --format text"), (["--interval", "0"], "--interval is 0.0"),
        (["--timeout", "nan"], "--timeout is nan"), (["--limit", "0"], "--limit is 0"), (["--sort", "size"], "size"),
        (["--state", "asleep"], "asleep"), (["--format", "xml"], "xml"), (["--address", "ftp://x"], "ftp://x"),
    ])
    func aWrongOneIsNamed(arguments: [String], named: String) {
        do {
            _ = try SagascopeCommand.parseAsRoot(["tasks"] + arguments)
            Issue.record("\(arguments) were taken")
        } catch {
            #expect(SagascopeCommand.message(for: error).contains(named))
            #expect(SagascopeCommand.exitCode(for: error).rawValue == 64)
        }
    }

    @Test func theHelpNamesEveryExitCode() {
        let failures: [CommandFailure] = [
            .unreachable("", reason: ""), .noRoute("", ""), .unauthorized("", hadToken: false),
            .unexpectedStatus("", code: 0), .noDump("", reason: ""), .newerVersion("", version: 2),
            .timedOut("", seconds: 5), .noSuchProcess(1), .notPermitted(1, user: 1), .cannotBeAsked(1, reason: ""),
            .unsafeDirectory(""), .recorderOff(""), .file("", doing: "", reason: ""),
        ]
        let lines = CommandFailure.exitCodes.split(separator: "\n").compactMap { $0.split(separator: " ").first }
        for failure in failures { #expect(lines.contains("\(failure.exitCode.rawValue)")) }
    }
}
