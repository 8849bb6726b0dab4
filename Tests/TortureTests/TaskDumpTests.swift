import SagaInstrumentation
import TaskInspection
import TestSupport
import Testing
import task_storm

/// Dumps without pause while tasks come and go; for a moment in each test run, for ten million operations under
/// `make torture`.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct TaskDumpTests {
    private static let operations = Torture.isOn ? 10_000_000 : 100_000

    @Test(arguments: [false, true])
    func dumpsDuringAStorm(isSwitched: Bool) async throws {
        try await withTaskTracking(.on) {
            let storm = TaskStorm()
            let watch = StormWatch(storm, until: Self.operations, isSwitched: isSwitched)
            await withSaga("storm") { await storm.run(workers: 8) }
            let seen = await watch.end()
            #expect(seen.faults.isEmpty)
            #expect(seen.dumps > 0 && seen.tasks > 0)
            TaskTiers.turnOn()
            // Nothing of it is left, except what was switched off in the middle of its life: that has ended all the same.
            #expect(TaskInspector.dump().tasks.allSatisfy { $0.name != TaskStorm.name })
        }
    }
}
