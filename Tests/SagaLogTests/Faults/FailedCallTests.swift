import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Strace.isUsable, "strace is not there, or may not watch other processes"))
struct FailedCallTests {
    /// Fault 4: EIO of one fdatasync. All waiters fail, the log is poisoned, no later acknowledgement, no retry.
    @Test(arguments: ["fdatasync:error=EIO", "fdatasync:error=EINTR", "pwrite64:error=EIO"])
    func poisons(fault: String) async throws {
        try await withTemporaryDirectory { directory in
            let (log, trace) = (directory.path + "/log", directory.path + "/trace")
            let parts = fault.split(separator: ":").map(String.init)
            let run = try await FixtureRun(
                log, ["tasks=8"],
                under: Strace.injecting("\(parts[1]):when=40", into: parts[0], log: trace))
            #expect(run.told.isClosed && run.exitCode == 0)
            #expect(run.told.failures.count == 8)
            #expect(run.told.failures.allSatisfy { $0.contains("the log takes nothing more") })
            let calls = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
            let failed = try #require(calls.firstIndex { $0.contains("INJECTED") })
            let file = try #require(calls[failed].firstMatch(of: /\(([0-9]+)/)?.output.1)
            #expect(!calls[(failed + 1)...].contains { $0.contains("(\(file),") || $0.contains("(\(file))") })
            #expect(try LogAftermath.faults(log, certain: run.told.acknowledged) == [])
            let again = try await FixtureRun(log, ["tasks=8", "commits=20"])
            #expect(again.told.isClosed && again.told.failures.isEmpty)
            #expect(try LogAftermath.faults(log, certain: run.told.acknowledged + again.told.acknowledged) == [])
        }
    }

    /// Fault 6: EINTR of a write. Completed, never a gap.
    @Test func anInterruptedWriteIsRepeated() async throws {
        try await withTemporaryDirectory { directory in
            let log = directory.path + "/log"
            let run = try await FixtureRun(
                log, ["tasks=4", "commits=50"], under: Strace.injecting("error=EINTR:when=3+5", into: "pwrite64"))
            #expect(run.told.isClosed && run.told.failures.isEmpty && run.told.acknowledged.count == 200)
            #expect(try LogAftermath.faults(log, certain: run.told.acknowledged) == [])
        }
    }

    /// Fault 17: no thread can be made. An error, no hang.
    @Test func withoutThreadsTheLogIsNotOpened() async throws {
        try await withTemporaryDirectory { directory in
            let run = try await FixtureRun(
                directory.path + "/log", ["tasks=1", "commits=1"],
                under: Strace.injecting("error=EAGAIN", into: "clone3,clone"), timeLimit: .seconds(60))
            #expect(run.exitCode == 3)
            #expect(run.told.refusal?.contains("thread") == true, "\(run.told)")
        }
    }
}
