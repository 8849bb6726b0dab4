import TaskInspection
import Testing

@testable import SagascopeCLI

struct TaskSelectionTests {
    private func ids(_ selection: TaskSelection) -> [UInt64] { selection.tasks(of: Samples.dump).map(\.id) }

    @Test(
        arguments: [
            (.age, [4, 3, 5, 6]), (.state, [3, 4, 5, 6]), (.busy, [6, 3, 4, 5]), (.blocked, [3, 4, 5, 6]),
            (.ready, [5, 3, 4, 6]), (.runs, [4, 3, 6, 5]), (.id, [3, 4, 5, 6]),
        ] as [(TaskOrder, [UInt64])])
    func sorts(order: TaskOrder, expected: [UInt64]) {
        #expect(ids(TaskSelection(order: order)) == expected)
        #expect(ids(TaskSelection(order: order, isReversed: true)) == expected.reversed())
    }

    @Test func filters() {
        #expect(ids(TaskSelection(saga: "checkout", order: .id)) == [3, 4])
        #expect(ids(TaskSelection(state: .ready)) == [5])
        #expect(ids(TaskSelection(saga: "checkout", state: .running)).isEmpty)
        #expect(ids(TaskSelection(id: 6)) == [6])
        #expect(ids(TaskSelection(order: .age, limit: 2)) == [4, 3])
        #expect(ids(TaskSelection(limit: 9)).count == 4)
    }

    /// Stacks and cycles of others go; indexes follow.
    @Test func takesAlongWhatBelongsToTheTasks() {
        let blocked = TaskSelection(state: .blocked, order: .id).apply(to: Samples.dump)
        #expect(blocked.stacks == [Samples.stack])
        #expect(blocked.tasks.map(\.stack) == [0, 0])
        #expect(blocked.cycles == [[3, 4]])
        let ready = TaskSelection(state: .ready).apply(to: Samples.dump)
        #expect(ready.stacks.isEmpty && ready.cycles.isEmpty)
        #expect(ready.tiers == Samples.dump.tiers)
    }
}
