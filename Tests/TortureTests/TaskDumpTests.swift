import Foundation
import SagaInstrumentation
import Synchronization
import TaskInspection
import TestSupport
import Testing

/// Dumps without pause while tasks come and go; for a moment in each test run, for ten million operations under
/// `make torture`.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct TaskDumpTests {
    private static let operations = Torture.isOn ? 10_000_000 : 100_000

    @Test(arguments: [false, true])
    func dumpsDuringAStorm(isSwitched: Bool) async throws {
        try await withTaskTracking(.on) {
            let storm = TaskStorm()
            let watch = Watch(storm, until: Self.operations, isSwitched: isSwitched)
            await withSaga("storm") { await storm.run(workers: 8) }
            let seen = await watch.end()
            #expect(seen.faults.isEmpty)
            #expect(seen.dumps > 0 && seen.tasks > 0)
            TaskTiers.turnOn()
            // Nothing of it is left, except what was switched off in the middle of its life: that has ended all the same.
            #expect(TaskInspector.dump().tasks.allSatisfy { $0.name != TaskStorm.name })
        }
    }

    /// Takes one dump after the other, on a thread of its own, until there were so many operations.
    private final class Watch: Sendable {
        struct Seen: Sendable {
            var dumps = 0
            var tasks = 0
            /// The first few.
            var faults: [String] = []
        }

        private let ends: AsyncStream<Seen>

        init(_ storm: TaskStorm, until operations: Int, isSwitched: Bool) {
            let (ends, end) = AsyncStream.makeStream(of: Seen.self)
            self.ends = ends
            Thread {
                var seen = Seen()
                repeat {
                    if isSwitched { if seen.dumps % 2 == 0 { TaskTiers.turnOff() } else { TaskTiers.turnOn() } }
                    let dump = TaskInspector.dump()
                    seen.dumps += 1
                    seen.tasks += dump.tasks.count { $0.name == TaskStorm.name }
                    if seen.faults.count < 10 { seen.faults += DumpCritic.faults(in: dump).prefix(10) }
                } while storm.operations < operations
                storm.stop()
                end.yield(seen)
                end.finish()
            }.start()
        }

        func end() async -> Seen { await ends.first { _ in true } ?? Seen() }
    }
}
