import Foundation
import TestSupport
import Testing

struct UnusualCallTests {
    /// Fault 6: a write that is cut short. Completed, never a gap.
    @Test func aShortWriteIsCompleted() async throws {
        try await withTemporaryDirectory { directory in
            let log = directory.path + "/log"
            let run = try await FixtureRun(
                log, ["tasks=4", "commits=100"], under: try await Shim.wrapper(["SHIM_SHORT_WRITE=3"], in: directory))
            #expect(run.told.isClosed && run.told.failures.isEmpty && run.told.acknowledged.count == 400)
            #expect(try LogAftermath.faults(log, certain: run.told.acknowledged) == [])
            #expect(try JudgedLog(log).torn == nil)
        }
    }

    /// Fault 16: the clock jumps back and forth by an hour. LSN order is kept, and times are of one of the three hours.
    @Test func aJumpingClockChangesTimesAlone() async throws {
        try await withTemporaryDirectory { directory in
            let log = directory.path + "/log"
            let wrapper = try await Shim.wrapper(["SHIM_CLOCK=5"], in: directory)
            var acknowledged: [LogTold.Acknowledged] = []
            for commits in [50, 100, 150] {
                let run = try await FixtureRun(log, ["tasks=4", "commits=\(commits)"], under: wrapper)
                #expect(run.told.isClosed && run.told.failures.isEmpty)
                acknowledged += run.told.acknowledged
            }
            #expect(acknowledged.count == 600)
            #expect(try LogAftermath.faults(log, certain: acknowledged) == [])
        }
    }

    /// Fault 15: two processes open the log. The second is refused, and told who has it.
    @Test func twoProcesses() async throws {
        try await withTemporaryDirectory { directory in
            let log = directory.path + "/log"
            let holder = try RunningProcess(
                Tool(product: "log-fixture"), [log, "hold=1"], files: directory)
            _ = try await eventually("the first one has the log", every: .milliseconds(5)) {
                LogTold(try holder.output).epoch
            }
            let second = try await FixtureRun(log, ["commits=1"])
            #expect(second.exitCode == 3)
            #expect(second.told.refusal?.contains("process \(holder.id)") == true, "\(second.told)")
            holder.kill()
            _ = try await holder.exitCode
            let third = try await FixtureRun(log, ["tasks=2", "commits=5"])
            #expect(third.told.isClosed && third.told.epoch == 2)
            #expect(try LogAftermath.faults(log, certain: third.told.acknowledged) == [])
        }
    }

    /// Fault 17: no file can be opened. An error, no hang; all that was acknowledged is there.
    @Test func withoutDescriptorsTheLogEndsInOrder() async throws {
        try await withTemporaryDirectory { directory in
            let log = directory.path + "/log"
            let run = try await FixtureRun(log, ["tasks=2", "commits=2000", "payload=4000", "descriptors=0"])
            #expect(run.told.isClosed)
            #expect(run.told.failures.count == 2)
            #expect(try LogAftermath.faults(log, certain: run.told.acknowledged, payload: 4000) == [])
            let again = try await FixtureRun(log, ["tasks=2", "commits=400", "payload=4000"])
            #expect(again.told.isClosed && again.told.failures.isEmpty)
        }
    }

    /// Fault 8: a file may not grow beyond a limit (EFBIG). As on a full disk: a clean error.
    @Test func aLimitOfFileSize() async throws {
        try await withTemporaryDirectory { directory in
            let log = directory.path + "/log"
            let refused = try await FixtureRun(log, ["commits=1"], under: ["prlimit", "--fsize=300000"])
            #expect(refused.exitCode == 3)
            #expect(refused.told.refusal?.contains("File too large") == true, "\(refused.told)")
            let run = try await FixtureRun(log, ["tasks=2", "commits=2000", "payload=4000", "fileBytes=700000"])
            #expect(run.told.isClosed && run.told.failures.count == 2)
            #expect(run.told.failures.allSatisfy { $0.contains("File too large") }, "\(run.told.failures)")
            #expect(try LogAftermath.faults(log, certain: run.told.acknowledged, payload: 4000) == [])
            let again = try await FixtureRun(log, ["tasks=2", "commits=400", "payload=4000"])
            #expect(again.told.isClosed && again.told.failures.isEmpty)
        }
    }

    /// Fault 12: the same record again and again, from many tasks, and after a restart. One record, one LSN.
    @Test func repeatedRecords() async throws {
        try await withTemporaryDirectory { directory in
            let log = directory.path + "/log"
            let first = try await FixtureRun(log, ["tasks=8", "commits=40"])
            let faults = try await LogAftermath.faultsAfterRepeating(
                log, certain: first.told.acknowledged, tasks: 8, commits: 60)
            #expect(faults == [])
        }
    }
}
