import TaskInspection
import Testing

struct TaskTierTests {
    @Test func theLayoutOfThisRuntimeIsTheKnownOne() {
        #expect(TaskTiers.turnOn())
        #expect(TaskTiers.all.filter { $0.tier != .executor }.allSatisfy { $0.isOn && $0.reason == nil })
        let sleeper = Task { try? await Task.sleep(for: .seconds(100)) }
        defer { sleeper.cancel() }
        print(TaskInspector.dump())
    }
}
