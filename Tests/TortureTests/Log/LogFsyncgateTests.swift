import Foundation
import Glibc
import TestSupport
import Testing

/// The fsyncgate case: a sync fails, the same sync would succeed the next time, and the page cache shows what the disk has
/// lost. The log is poisoned, nothing is retried, and after reopening nothing acknowledged is missing.
@Suite(.enabled(if: MountedDisk.hasLoop, "needs root, mkfs.ext4 and loop devices"), .timeLimit(.minutes(5)))
struct LogFsyncgateTests {
    @Test func aDiskThatLosesWhatItTook() async throws {
        try await withMemoryDisk(kilobytes: 12 << 10) { memory in
            let disk = try await LoopDisk(
                in: memory, megabytes: 64,
                options: ["-E", "lazy_itable_init=1,lazy_journal_init=1", "-O", "^has_journal"])
            try await disk.mount()
            defer { disk.abandon() }
            let log = disk.path + "/log"
            try await withTemporaryDirectory { files in
                let writer = try RunningProcess(
                    Tool(product: "log-fixture"), [log, "tasks=8", "payload=300"], files: files)
                _ = try await eventually("it writes", every: .milliseconds(1)) {
                    try writer.output.count > 2000 ? true : nil
                }
                // It shall not use up the room before that is taken away.
                kill(writer.id, SIGSTOP)
                try await takeRoom(from: disk, in: memory)
                kill(writer.id, SIGCONT)
                #expect(try await writer.exitCode == 0)
                let told = LogTold(try writer.output)
                #expect(told.isClosed && told.failures.count == 8)
                let isPoisoned = told.failures.allSatisfy { $0.contains("the log takes nothing more") }
                #expect(isPoisoned, "\(told.failures)")
                unlink(memory + "/filler")
                try await disk.unmount()
                try await disk.mount()
                #expect(try LogAftermath.faults(log, certain: told.acknowledged, payload: 300) == [])
                let again = try await FixtureRun(log, ["tasks=8", "commits=1", "again=1", "payload=300"])
                #expect(again.told.isClosed && again.told.failures.isEmpty, "\(again)")
                let all = told.acknowledged + again.told.acknowledged
                #expect(try LogAftermath.faults(log, certain: all, payload: 300) == [])
            }
        }
    }

    /// Takes the memory back that holds the disk's zeros, and all that is left: the next block that is written has no place.
    private func takeRoom(from disk: LoopDisk, in memory: String) async throws {
        let dug = try await Tool("fallocate").run(["--dig-holes", disk.image])
        #expect(dug.exitCode == 0, "\(dug.text)")
        let filler = open(memory + "/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(filler) }
        let bytes = [UInt8](repeating: 1, count: 4096)
        while Glibc.write(filler, bytes, bytes.count) > 0 {}
    }
}
