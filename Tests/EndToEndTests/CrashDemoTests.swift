import Foundation
import TestSupport
import Testing

/// `make demo CRASH=1`: the orchestrator is killed in mid-run and started anew; the databases say what became of the orders.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CrashDemoTests {
    /// What `summary.json` says, as far as tests compare it.
    private struct Summary: Decodable {
        struct States: Decodable {
            let done: Int
            let compensated: Int
            let inBetween: Int
        }
        struct Recovery: Decodable {
            let begunBeforeKill: Int
            let endedInFirstLife: Int
            let resumed: Int
            let begunInSecondLife: Int
            let compensationsDoubled: Int
        }
        struct Log: Decodable {
            let condition: String
            let records: Int
        }
        struct Spans: Decodable {
            let firstLife: Int
            let secondLife: Int
            let participants: Int
            let toldTwice: Int
        }
        let orders: Int
        let states: States
        let recovery: Recovery
        let log: Log
        let spans: Spans
        let consistent: Bool
        let disagreements: [String]
    }

    @Test func everyOrderIsDoneOrCompensatedAfterAKill() async throws {
        try await withTemporaryDirectory { folder in
            let output = try await Demo.tool([:]).run(
                Demo.arguments(orders: 300, seed: 1, folder: folder) + ["--crash"], timeLimit: .seconds(240))
            #expect(output.exitCode == 0, "\(output.text)")
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let summary = try decoder.decode(
                Summary.self, from: Data(contentsOf: folder.appending(path: "summary.json")))

            #expect(summary.consistent && summary.disagreements.isEmpty)
            let states = summary.states
            #expect(states.done + states.compensated == 300 && states.inBetween == 0)
            #expect(states.done > 200 && states.compensated > 0)
            let recovery = summary.recovery
            #expect((150..<300).contains(recovery.begunBeforeKill), "killed in mid-run")
            #expect(recovery.resumed > 0 && recovery.compensationsDoubled == 0)
            #expect(recovery.endedInFirstLife + recovery.resumed + recovery.begunInSecondLife == 300)
            #expect(summary.log.condition == "sound")
            #expect(summary.spans.firstLife > 0 && summary.spans.secondLife > 0 && summary.spans.toldTwice == 0)

            let verified = try await Tool(product: "sagascope").run(
                ["log", "verify", folder.appending(path: "log").path])
            #expect(verified.exitCode == 0, "\(verified.text)")
            try expectResumedTraces(recovery.resumed, in: folder)
        }
    }

    /// A run that was resumed goes on in the trace that it began in.
    private func expectResumedTraces(_ resumed: Int, in folder: URL) throws {
        let lives = try [1, 2].map { try ExportedTelemetry(file: folder.appending(path: "life-\($0).jsonl")) }
        let events = lives[1].logs(named: "saga.run.resumed")
        #expect(events.count == resumed)
        let ends = Dictionary(
            lives[1].spans(named: "run checkout").map { ($0.traceId, 1) }, uniquingKeysWith: +)
        #expect(ends.values.allSatisfy { $0 == 1 })
        // Those that had ended before are told by the first life alone.
        let told = Set(lives[0].spans(named: "run checkout").map(\.traceId))
        #expect(told.isDisjoint(with: ends.keys) && !told.isEmpty)
    }

    @Test(
        arguments: [
            (["--orders", "5", "--crash", "--engine", "handwritten"], "--crash needs the runtime"),
            (["--orders", "5", "--crash", "--hold"], "--hold does not go with --crash"),
        ])
    func whatDoesNotGoTogetherIsNamed(arguments: [String], named: String) async throws {
        try await withTemporaryDirectory { folder in
            let output = try await Demo.tool([:]).run(arguments + ["--out", folder.path], timeLimit: .seconds(60))
            #expect(output.exitCode == 64 && output.text.contains(named), "\(output.text)")
        }
    }

    /// A life whose demo has gone does not go on without it.
    @Test func theOrchestratorEndsWithTheDemo() async throws {
        try await withTemporaryDirectory { folder in
            let (env, prefix) = try Demo.tool([:]).command
            let demo = try RunningProcess(
                env, prefix + Demo.arguments(orders: 2_000, seed: 1, folder: folder) + ["--rate", "20", "--crash"],
                files: folder)
            let life = try await eventually("the orchestrator runs", timeLimit: .seconds(120)) {
                children(of: demo.id).first
            }
            demo.kill()
            _ = try await eventually("the orchestrator has ended", timeLimit: .seconds(120)) {
                FileManager.default.fileExists(atPath: "/proc/\(life)/exe") ? nil : true
            }
        }
    }

    private func children(of process: Int32) -> [Int] {
        // Of each thread: any of them may have begun it.
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
        return threads.flatMap { thread in
            let text = try? String(contentsOfFile: "/proc/\(process)/task/\(thread)/children", encoding: .utf8)
            return (text ?? "").split(separator: " ").compactMap { Int($0) }
        }
    }
}
