import Foundation
import TestSupport
import Testing

/// kill -9 at any moment, again and again: everything acknowledged is there, in order, once; nothing else is.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct LogKillTests {
    private static let logs = Torture.isOn ? 100 : 2
    private static let kills = Torture.isOn ? 10 : 5

    @Test func killedAgainAndAgain() async throws {
        print("LogKillTests: TEST_SEED=\(Torture.seed)")
        var random = SplitMix(state: Torture.seed)
        for number in 0..<Self.logs {
            try await withTemporaryDirectory { directory in
                try await killsOfOneLog(directory, number, &random)
            }
        }
    }

    private func killsOfOneLog(_ directory: URL, _ number: Int, _ random: inout SplitMix) async throws {
        let log = directory.path + "/log"
        var certain: [LogTold.Acknowledged] = []
        for kill in 0..<Self.kills {
            let tasks = [1, 2, 16, 64][Int(random.next() % 4)]
            let batch = [1, 1, 3, 20][Int(random.next() % 4)]
            let lines = Int(random.next() % 3000)
            let writer = try RunningProcess(
                Tool(product: "log-fixture"), [log, "tasks=\(tasks)", "batch=\(batch)", "payload=300"],
                files: directory)
            _ = try await eventually("the writer has told enough, or ended", every: .milliseconds(1)) {
                try writer.output.count >= lines * 24 || !writer.isRunning ? true : nil
            }
            writer.kill()
            _ = try await writer.exitCode
            let told = LogTold(try writer.output)
            #expect(told.refusal == nil && told.failures.isEmpty, "log \(number), kill \(kill): \(told.failures)")
            certain += told.acknowledged
            let faults = try LogAftermath.faults(log, certain: certain, payload: 300)
            #expect(faults == [], "log \(number), kill \(kill)")
        }
        let last = try await FixtureRun(log, ["tasks=2", "commits=1", "again=1", "payload=300"])
        #expect(last.told.isClosed && last.told.failures.isEmpty, "log \(number): \(last)")
        #expect(try JudgedLog(log).torn == nil)
        #expect(try LogAftermath.faults(log, certain: certain + last.told.acknowledged, payload: 300) == [])
    }
}
