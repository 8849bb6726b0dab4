import Foundation
import Glibc
import LogPlan
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaLog

/// Fault 7: no room. A clean error, the reserve lets records through that close what has begun, and the log recovers once
/// there is room.
@Suite(.enabled(if: MountedDisk.hasMemory, "needs root, to mount a small file system"))
struct FullDiskTests {
    private static func options() -> SagaLogOptions {
        var options = smallOptions()
        options.retryDelay = .milliseconds(10)
        return options
    }

    /// Commits until one is refused.
    private func fill(
        _ run: LogRun, _ kind: LogRecordKind, committed: inout [LogTold.Acknowledged], task: Int
    ) async throws -> SagaLogError {
        while true {
            let sequence = run.nextSequence
            let payload = LogPlan.payload(task: task, sequence: sequence, atMost: 4000)
            do throws(SagaLogError) {
                let lsn = try await run.commit(LogEntry(kind, sequence: sequence, name: "step", payload: payload))
                committed.append(
                    LogTold.Acknowledged(task: task, sequence: sequence, lsn: lsn.rawValue))
            } catch { return error }
        }
    }

    @Test func atSegmentCreation() async throws {
        try await withMemoryDisk(kilobytes: 3_500) { disk in
            let log = try SagaLog.open(disk + "/log", options: Self.options())
            var committed: [LogTold.Acknowledged] = []
            let run = log.run(TraceID(high: LogPlan.high, low: 1))
            let full = try await fill(run, .note, committed: &committed, task: 1)
            #expect(full == .outOfSpace(isReserveLeft: true))
            #expect(committed.count > 100)
            // Whatever has begun can be closed.
            let before = committed.count
            let usedUp = try await fill(run, .compensationCommitted, committed: &committed, task: 1)
            #expect(usedUp == .outOfSpace(isReserveLeft: false))
            #expect(committed.count > before + 20)
            #expect(mount("", disk, "", UInt(MS_REMOUNT), "size=16m") == 0)
            let roomy = try await eventually("there is room again", every: .milliseconds(5)) { () -> LSN? in
                let sequence = run.nextSequence
                let payload = LogPlan.payload(task: 1, sequence: sequence, atMost: 4000)
                return try await run.commit(LogEntry(.note, sequence: sequence, name: "step", payload: payload))
            }
            #expect(roomy.rawValue > committed.last!.lsn)
            log.close()
            #expect(try LogAftermath.faults(disk + "/log", certain: committed, payload: 4000) == [])
            let reopened = try SagaLog.open(disk + "/log", options: Self.options())
            #expect(reopened.run(run.id).nextSequence == run.nextSequence)
            reopened.close()
        }
    }

    /// A segment has all its blocks: a disk without one more free byte takes no append away.
    @Test func atAppend() async throws {
        try await withMemoryDisk(kilobytes: 8_000) { disk in
            let log = try SagaLog.open(disk + "/log", options: Self.options())
            defer { log.close() }
            let run = log.run(.random())
            try await run.commit(LogEntry(.runStarted, sequence: 0, name: "checkout"))
            _ = try await eventually("the next segments are there", every: .milliseconds(5)) {
                FileManager.default.fileExists(atPath: disk + "/log/reserve.segment") ? true : nil
            }
            let filler = open(disk + "/filler", O_WRONLY | O_CREAT, 0o600)
            defer { close(filler) }
            let zeros = [UInt8](repeating: 0, count: 1 << 16)
            while write(filler, zeros, zeros.count) > 0 {}
            for sequence in 1..<UInt32(200) {
                try await run.commit(
                    LogEntry(.note, sequence: sequence, name: "n", payload: [UInt8](repeating: 1, count: 3000)))
            }
        }
    }

    @Test func atOpening() async throws {
        try await withMemoryDisk(kilobytes: 600) { disk in
            let error = #expect(throws: SagaLogError.self) {
                try SagaLog.open(disk + "/log", options: Self.options()).close()
            }
            guard case .file(_, _, ENOSPC) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            // What was begun of it is in nobody's way.
            #expect(mount("", disk, "", UInt(MS_REMOUNT), "size=8m") == 0)
            try SagaLog.open(disk + "/log", options: Self.options()).close()
        }
    }
}

/// Fault 9: the file system becomes read-only. Poisoned; nothing of what was acknowledged is missing.
@Suite(.enabled(if: MountedDisk.hasLoop, "needs root, mkfs.ext4 and loop devices"))
struct ReadOnlyDiskTests {
    @Test func theFileSystemBecomesReadOnly() async throws {
        try await withLoopDisk(megabytes: 24) { disk in
            let committed = try await writeUntilReadOnly(disk)
            try await disk.unmount()
            try await disk.mount()
            #expect(try LogAftermath.faults(disk.path + "/log", certain: committed) == [])
            let reopened = try SagaLog.open(disk.path + "/log", options: smallOptions())
            defer { reopened.close() }
            #expect(reopened.run(TraceID(high: LogPlan.high, low: 1)).nextSequence >= 50)
        }
    }

    private func writeUntilReadOnly(_ disk: LoopDisk) async throws -> [LogTold.Acknowledged] {
        let log = try SagaLog.open(disk.path + "/log", options: smallOptions())
        defer { log.close() }
        let run = log.run(TraceID(high: LogPlan.high, low: 1))
        var committed: [LogTold.Acknowledged] = []
        while true {
            let sequence = run.nextSequence
            if sequence == 50 { try await disk.remount("abort") }
            do throws(SagaLogError) {
                let payload = LogPlan.payload(task: 1, sequence: sequence, atMost: 200)
                let lsn = try await run.commit(LogEntry(.note, sequence: sequence, name: "step", payload: payload))
                committed.append(LogTold.Acknowledged(task: 1, sequence: sequence, lsn: lsn.rawValue))
            } catch {
                guard case .poisoned = error else {
                    Issue.record(error)
                    return committed
                }
                await #expect(throws: error) {
                    try await log.run(.random()).commit(LogEntry(.runStarted, sequence: 0, name: "checkout"))
                }
                return committed
            }
        }
    }
}
