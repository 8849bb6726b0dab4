import Foundation
import TestSupport
import Testing

/// Power cuts at any moment: everything acknowledged before is there, torn ends are cut off, LSNs are dense.
///
/// An acknowledgement whose sync overlaps the cut counts as unknown: this way of cutting may answer such a sync with success.
@Suite(
    .serialized, .enabled(if: MountedDisk.hasLoop, "needs root, mkfs.ext4 and loop devices"),
    .timeLimit(.minutes(30)))
struct LogPowerCutTests {
    private static let disks = Torture.isOn ? 20 : 1
    private static let cuts = Torture.isOn ? 10 : 3

    @Test func cutAgainAndAgain() async throws {
        print("LogPowerCutTests: TEST_SEED=\(Torture.seed)")
        var random = SplitMix(state: Torture.seed)
        for number in 0..<Self.disks {
            try await withLoopDisk(megabytes: 48) { disk in try await cutsOfOneDisk(disk, number, &random) }
        }
    }

    private func cutsOfOneDisk(_ disk: LoopDisk, _ number: Int, _ random: inout SplitMix) async throws {
        let log = disk.path + "/log"
        var certain: [LogTold.Acknowledged] = []
        for cut in 0..<Self.cuts {
            let lines = random.next() % 4 == 0 ? 0 : Int(random.next() % 2000)
            let tasks = [1, 4, 32][Int(random.next() % 3)]
            let told = try await write(to: log, on: disk, tasks: tasks, until: lines, &random)
            certain += told
            let found = try JudgedLog(log)
            let faults = LogOracle.faults(in: found, certain: certain, payload: 300)
            #expect(faults == [], "disk \(number), cut \(cut)")
        }
        let last = try await FixtureRun(log, ["tasks=2", "commits=1", "again=1", "payload=300"])
        #expect(last.told.isClosed && last.told.failures.isEmpty, "disk \(number): \(last)")
        #expect(try LogAftermath.faults(log, certain: certain + last.told.acknowledged, payload: 300) == [])
    }

    /// - Returns: what was acknowledged before the power went.
    private func write(
        to log: String, on disk: LoopDisk, tasks: Int, until lines: Int, _ random: inout SplitMix
    ) async throws -> [LogTold.Acknowledged] {
        try await withTemporaryDirectory { files in
            let writer = try RunningProcess(
                Tool(product: "log-fixture"), [log, "tasks=\(tasks)", "batch=3", "payload=300"], files: files)
            if lines == 0 {
                // Some moment of opening: which one is up to chance alone.
                try await Task.sleep(for: .milliseconds(random.next() % 60))
            } else {
                _ = try await eventually("the writer has told enough, or ended", every: .milliseconds(1)) {
                    try writer.output.count >= lines * 24 || !writer.isRunning ? true : nil
                }
            }
            let cut = try disk.cutPower()
            writer.kill()
            _ = try await writer.exitCode
            let told = LogTold(try writer.output)
            #expect(told.refusal == nil || lines == 0, "\(told.refusal ?? "")")
            try await disk.unmount()
            try await disk.mount()
            return told.acknowledged.filter { $0.time < cut.began }
        }
    }
}
