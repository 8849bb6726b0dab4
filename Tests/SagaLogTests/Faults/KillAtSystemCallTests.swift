import Foundation
import TestSupport
import Testing

/// Fault 1: kill -9 at a system call of append. The acknowledged prefix is intact, one batch at most is unknown.
@Suite(.enabled(if: Strace.isUsable, "strace is not there, or may not watch other processes"))
struct KillAtSystemCallTests {
    struct Point: Sendable, CustomStringConvertible {
        let call: String
        let number: Int
        var description: String { "\(call) \(number)" }
    }

    /// The first ones make the log, the later ones are those of commits and of the change to the second segment.
    static let points = [
        Point(call: "pwrite64", number: 2), Point(call: "pwrite64", number: 40), Point(call: "fdatasync", number: 1),
        Point(call: "fdatasync", number: 33), Point(call: "fsync", number: 2), Point(call: "rename", number: 2),
    ]

    @Test(arguments: points)
    func killed(at point: Point) async throws {
        try await withTemporaryDirectory { directory in
            let log = directory.path + "/log"
            let run = try await FixtureRun(
                log, ["tasks=4", "commits=150", "batch=3", "payload=4000"],
                under: Strace.injecting("signal=SIGKILL:when=\(point.number)", into: point.call))
            #expect(!run.told.isClosed, "\(point) was never reached")
            #expect(try LogAftermath.faults(log, certain: run.told.acknowledged, payload: 4000) == [])
            let repeated = try await LogAftermath.faultsAfterRepeating(
                log, certain: run.told.acknowledged, tasks: 4, commits: 150, payload: 4000)
            #expect(repeated == [])
        }
    }
}
