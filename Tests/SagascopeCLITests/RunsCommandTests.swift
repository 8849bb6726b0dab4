import Foundation
import RunInspection
import SagaLog
import SagaRuntime
import SagaTelemetry
import Sagascope
import TestSupport
import Testing

@testable import SagascopeCLI

@Suite("sagascope runs")
struct RunsCommandTests {
    /// Runs the tool against a server that shows this world's runs.
    private func withProgram<Result: Sendable>(
        _ world: RunsWorld, token: String? = "s3cret",
        _ body: (_ ask: @Sendable ([String]) async throws -> ProcessOutput) async throws -> Result
    ) async throws -> Result {
        let coordinator = world.coordinator
        let coordinators: @Sendable () -> [SagaCoordinator] = { [coordinator] }
        return try await withAdminServer(token: token, coordinators: coordinators) { port in
            try await body { arguments in
                try await sagascope(
                    ["runs"] + arguments + ["--admin", "127.0.0.1:\(port)"],
                    environment: token.map { ["SAGASCOPE_ADMIN_TOKEN": $0] } ?? [:])
            }
        }
    }

    private func run(_ id: String, of world: RunsWorld) throws -> String {
        try #require(world.coordinator.openRuns.first { $0.id == id }).run
    }

    // MARK: a program

    @Test func listsThoseThatAreAskedFor() async throws {
        try await withRunsWorld { world, _ in
            try await world.populate()
            try await withProgram(world) { ask in
                let all = try await ask([])
                #expect(all.exitCode == 0 && all.errors.isEmpty, "\(all.text)")
                for part in [
                    "3 open runs", RunsWorld.deadLetter, RunsWorld.stuck, RunsWorld.waiting, "dead letters: charge",
                    "suspended", "pending",
                ] { #expect(all.text.contains(part), "\(all.text)") }
                for (arguments, ids) in [
                    (["--dead-letters"], [RunsWorld.deadLetter]), (["--state", "running"], [RunsWorld.stuck]),
                    (["--stuck", "--older-than", "1h"], []), (["list", "--saga", "other"], []),
                    (["--state", "quarantined"], []),
                ] {
                    let output = try await ask(arguments + ["--json"])
                    let list = try RunJSON.decode(RunList.self, from: output.output)
                    #expect(list.runs.map(\.id) == ids && list.open == 3, "\(arguments)")
                }
                let stuck = try await ask(["--stuck", "--older-than", "0s", "--limit", "1"])
                #expect(stuck.text.contains("2 of 3 open runs") && stuck.text.contains("1 more are not shown"))
            }
        }
    }

    @Test func showsMemoryBesideLog() async throws {
        try await withRunsWorld { world, _ in
            try await world.populate()
            let id = try run(RunsWorld.deadLetter, of: world)
            try await withProgram(world) { ask in
                for name in [RunsWorld.deadLetter, id, String(id.prefix(10))] {
                    let output = try await ask(["show", name])
                    #expect(output.exitCode == 0 && output.errors.isEmpty, "\(output.text)")
                    for part in [
                        "run \(id), id \(RunsWorld.deadLetter), saga checkout, version 3", "trace \(id)",
                        "MEMORY", "step charge   stuck, 1 attempt, 1 to undo   stuck, 1 attempt, 1 to undo",
                        "Memory and log agree.", "HISTORY", "run_suspended", "dead letters: charge",
                    ] { #expect(output.text.contains(part), "\(part) in\n\(output.text)") }
                }
                let json = try await ask(["show", RunsWorld.stuck, "--json"])
                let detail = try RunJSON.decode(RunDetail.self, from: json.output)
                #expect(detail.memory?.id == RunsWorld.stuck && detail.differences == [])
                let missing = try await ask(["show", "order-none"])
                #expect(missing.exitCode == 1 && missing.output.isEmpty && missing.errors.contains("order-none"))
            }
        }
    }

    @Test func retriesResolvesAndCancels() async throws {
        try await withRunsWorld { world, _ in
            try await world.populate()
            try await withProgram(world) { ask in
                let vain = try await ask(["retry", RunsWorld.deadLetter])
                #expect(vain.exitCode == 1 && vain.text.contains("dead letters are left: charge"), "\(vain.text)")
                let wrong = try await ask(["resolve", RunsWorld.deadLetter, "ship"])
                #expect(wrong.exitCode == 1 && wrong.errors.contains("no dead letter"), "\(wrong.text)")
                let resolved = try await ask(["resolve", RunsWorld.deadLetter, "charge", "--by", "alice"])
                #expect(resolved.exitCode == 0 && resolved.text.contains("the run is closed"), "\(resolved.text)")
                let again = try await ask(["resolve", RunsWorld.deadLetter, "charge"])
                #expect(again.exitCode == 1)

                let running = try await ask(["retry", RunsWorld.stuck])
                #expect(running.exitCode == 1 && running.errors.contains("nothing to retry"), "\(running.text)")
                let cancelled = try await ask(["cancel", RunsWorld.stuck, "--reason", "stop & go", "--json"])
                #expect(cancelled.exitCode == 0, "\(cancelled.text)")
                #expect(try RunJSON.decode(RunAnswer.self, from: cancelled.output).action == .cancel)
                let report = try await world.report(of: RunsWorld.stuck, "suspended") { $0.state == "suspended" }
                #expect(report.error?.message.contains("stop & go") == true)
                world.openBank()
                let retried = try await ask(["retry", RunsWorld.stuck])
                #expect(retried.exitCode == 0 && retried.text.contains("has ended: compensated"), "\(retried.text)")
            }
        }
    }

    @Test func theTokenIsNeeded() async throws {
        try await withRunsWorld { world, _ in
            try await world.populate()
            try await withProgram(world, token: nil) { ask in
                #expect(try await ask([]).exitCode == 0)
                for arguments in [["retry", "x"], ["resolve", "x", "charge"], ["cancel", "x"]] {
                    let output = try await ask(arguments)
                    #expect(output.exitCode == 2 && output.errors.contains("SAGASCOPE_ADMIN_TOKEN"), "\(output.text)")
                }
            }
            try await withProgram(world) { ask in
                for arguments in [[], ["show", "x"], ["cancel", RunsWorld.stuck]] {
                    let output = try await ask(arguments + ["--token", "guess"])
                    #expect(output.exitCode == 2 && output.errors.contains("does not take this token"))
                    #expect(!output.text.contains("guess"))
                }
            }
        }
    }

    @Test func nobodyIsThere() async throws {
        let address = "127.0.0.1:\(try freePort())"
        for arguments in [[], ["show", "x"], ["retry", "x"]] {
            let output = try await sagascope(["runs"] + arguments + ["--admin", address])
            #expect(output.exitCode == 2 && output.errors.contains("nobody answers"))
        }
    }

    @Test func namesAreInert() async throws {
        try await withRunsWorld(maximumRuns: 4) { world, directory in
            let names = ["\u{1B}[2J\u{7}\n", "\u{202E}desrever", String(repeating: "y", count: 10_000)]
            for name in names {
                world.begin(.stuck, id: name)
                try await world.report(of: name, "begun") { $0.records > 1 }
            }
            func expectInert(_ output: ProcessOutput) {
                #expect(output.exitCode == 0, "\(output.errors)")
                let text = String(decoding: output.output, as: UTF8.self)
                #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202E}" })
                #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count < 2_000 })
            }
            try await withProgram(world) { ask in
                expectInert(try await ask([]))
                // A null character is nothing that an argument can have.
                for name in names { expectInert(try await ask(["show", name])) }
            }
            for name in names { expectInert(try await sagascope(["runs", "show", name, directory])) }
        }
    }

    // MARK: a log

    @Test func readsALogThatIsBeingWritten() async throws {
        try await withRunsWorld { world, directory in
            try await world.populate()
            let letters = try await sagascope(["runs", directory, "--dead-letters", "--json"])
            #expect(letters.exitCode == 0, "\(letters.text)")
            let runs = try #require(try JSONSerialization.jsonObject(with: Data(letters.output)) as? [String: Any])
            let found = try #require(runs["runs"] as? [[String: Any]])
            #expect(found.count == 1 && found.first?["dead_letters"] as? [String] == ["charge"])
            #expect(try await sagascope(["runs", directory, "--dead-letters"]).text.contains("DEAD LETTERS"))
            let stuck = try await sagascope(["runs", directory, "--stuck", "--older-than", "0"])
            #expect(stuck.text.contains("1 open run,"), "\(stuck.text)")

            let shown = try await sagascope(["runs", "show", RunsWorld.deadLetter, directory])
            #expect(shown.exitCode == 0, "\(shown.text)")
            for part in [
                "step charge   -       stuck, 1 attempt, 1 to undo", "No program was asked", "run_suspended",
                "dead letters: charge",
            ] { #expect(shown.text.contains(part), "\(part) in\n\(shown.text)") }
            // It has no record yet.
            let waiting = try await sagascope(["runs", "show", RunsWorld.waiting, directory])
            #expect(waiting.exitCode == 1 && waiting.errors.contains(RunsWorld.waiting))
        }
    }

    @Test func readsRunsOfASnapshotAndClosedOnes() async throws {
        try await withRunsWorld { world, directory in
            try await world.populate()
            let id = try run(RunsWorld.deadLetter, of: world)
            _ = try await world.log.takeSnapshot(application: nil)
            _ = try await world.coordinator.resolve(try #require(TraceID(id)), step: "charge", by: "alice")
            world.log.close()
            let output = try await sagascope(["runs", "show", id, directory, "--json"])
            let detail = try RunJSON.decode(RunDetail.self, from: output.output)
            #expect(detail.memory == nil && detail.log?.state == "closed" && detail.log?.result == "compensated")
            #expect(detail.log?.problems == [] && detail.history.first?.kind == "run_started")
            #expect(detail.log?.steps[1].state == "resolved")
            #expect(detail.history.contains { $0.name == "saga.resolved" && $0.payload?.contains("alice") == true })
        }
    }

    @Test func thereIsNoLog() async throws {
        try await withTemporaryDirectory { directory in
            for arguments in [["runs", directory.path], ["runs", "show", "x", directory.path]] {
                let output = try await sagascope(arguments)
                #expect(output.exitCode == 3 && output.errors.contains(directory.path), "\(output.text)")
            }
        }
    }

    @Test(arguments: [
        (["--stuck", "--dead-letters"], "name one of them"), (["--older-than", "3s"], "--stuck"),
        (["--stuck", "--older-than", "soon"], "soon"), (["--state", "asleep"], "asleep"),
        (["--limit", "0"], "--limit"),
        (["x", "--admin", "127.0.0.1:1"], "two places"), (["show"], "run"), (["resolve", "x"], "step"),
        (["x", "--state", "quarantined"], "quarantined"), (["show", ""], "empty"),
        (["show", "x", "y", "--admin", "127.0.0.1:1"], "two places"), (["cancel", "x", "OUT"], "OUT"),
    ])
    func arguments(arguments: [String], part: String) async throws {
        let output = try await sagascope(["runs"] + arguments)
        #expect(output.exitCode == 64 && output.errors.contains(part), "\(output.text)")
    }

    @Test func durations() {
        for (text, nanoseconds) in [
            ("30s", 30_000_000_000), ("30", 30_000_000_000), ("500ms", 500_000_000), ("1.5m", 90_000_000_000),
            ("2h", 7_200_000_000_000), ("0", 0), ("1d", 86_400_000_000_000),
        ] as [(String, UInt64)] { #expect(DurationArgument(argument: text)?.nanoseconds == nanoseconds) }
        for wrong in ["", "s", "-1s", "1w", "nan", "inf", "1e300d", "1 2"] {
            #expect(DurationArgument(argument: wrong) == nil, "\(wrong)")
        }
    }

    @Test func theHelpTellsExitCodes() async throws {
        for command in [[], ["list"], ["show"], ["retry"], ["resolve"], ["cancel"]] {
            let help = try await Tool(product: "sagascope").run(["runs"] + command + ["--help"])
            #expect(help.text.contains("there is no such run") && help.text.contains("EXIT STATUS"))
        }
    }
}
