import Foundation
import Glibc
import TestSupport
import Testing

/// The fsyncgate case: a sync fails, the same sync would succeed the next time, and the page cache shows what the disk has
/// lost. The log is poisoned, nothing is retried, and after reopening nothing acknowledged is missing.
///
/// A loop device answers a write with success that its file has taken the first part of. Where a record crosses from a page
/// that has its place into one that gets none, the kernel so says that it is durable, and it is not: a log that was lied to
/// like this refuses to open.
@Suite(.enabled(if: MountedDisk.hasLoop, "needs root, mkfs.ext4 and loop devices"), .timeLimit(.minutes(5)))
struct LogFsyncgateTests {
    @Test func aDiskThatLosesWhatItTook() async throws {
        try await withMemoryDisk(kilobytes: 12 << 10) { memory in
            let disk = try await LoopDisk(
                in: memory, megabytes: 64,
                options: ["-E", "lazy_itable_init=1,lazy_journal_init=1", "-O", "^has_journal", "-b", "4096"])
            try await disk.mount()
            defer { disk.abandon() }
            let log = disk.path + "/log"
            try await withTemporaryDirectory { files in
                let writer = try RunningProcess(
                    Tool(product: "log-fixture"), [log, "tasks=1", "payload=100"], files: files)
                _ = try await eventually("it writes", every: .milliseconds(1)) {
                    try writer.output.count > 2000 ? true : nil
                }
                // It shall not use up the room before that is taken away, nor write what is being looked at.
                try await stopAllThreads(of: writer)
                try await takeRoom(from: disk, in: memory)
                let before = LogTold(try writer.output).acknowledged
                kill(writer.id, SIGCONT)
                #expect(try await writer.exitCode == 0)
                let told = LogTold(try writer.output)
                #expect(told.isClosed && told.failures.count == 1)
                let isPoisoned = told.failures.allSatisfy { $0.contains("the log takes nothing more") }
                #expect(isPoisoned, "\(told.failures)")
                unlink(memory + "/filler")
                try await disk.unmount()
                try await disk.mount()
                #expect(try LogAftermath.faults(log, certain: before, payload: 100) == [])
                let wasLiedTo = try LogAftermath.faults(log, certain: told.acknowledged, payload: 100) != []
                let again = try await FixtureRun(log, ["tasks=1", "commits=1", "again=1", "payload=100"])
                guard !wasLiedTo else {
                    #expect(again.told.refusal?.contains("damaged") == true, "\(again)")
                    return
                }
                #expect(again.told.isClosed && again.told.failures.isEmpty, "\(again)")
                let all = told.acknowledged + again.told.acknowledged
                #expect(try LogAftermath.faults(log, certain: all, payload: 100) == [])
            }
        }
    }

    /// A thread in a system call stops when that is over.
    private func stopAllThreads(of process: RunningProcess) async throws {
        kill(process.id, SIGSTOP)
        let tasks = "/proc/\(process.id)/task"
        _ = try await eventually("all threads stand still", every: .milliseconds(1)) {
            let states = try FileManager.default.contentsOfDirectory(atPath: tasks).map { task in
                let line = try String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8)
                return line.split(separator: ")").last?.split(separator: " ").first
            }
            return states.allSatisfy { $0 == "T" } ? true : nil
        }
    }

    /// Takes the memory back that holds the disk's zeros, and all that is left: the next block that is written has no place.
    private func takeRoom(from disk: LoopDisk, in memory: String) async throws {
        let synced = try await Tool("sync").run(["--file-system", disk.path])
        #expect(synced.exitCode == 0, "\(synced.text)")
        let dug = try await Tool("fallocate").run(["--dig-holes", disk.image])
        #expect(dug.exitCode == 0, "\(dug.text)")
        let filler = open(memory + "/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(filler) }
        let bytes = [UInt8](repeating: 1, count: 4096)
        while Glibc.write(filler, bytes, bytes.count) > 0 {}
    }
}
