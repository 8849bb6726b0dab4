import TaskInspection
import TestSupport
import Testing

struct TaskTierTests {
    @Test func theLayoutOfThisRuntimeIsTheKnownOne() async throws {
        try await withTaskTracking(.on) {
            #expect(TaskTiers.isHookOn && TaskTiers.isLayoutOn)
            #expect(TaskTiers.all.filter { $0.tier != .executor }.allSatisfy { $0.isOn && $0.reason == nil })
        }
        try await withTaskTracking(.off) {
            #expect(TaskTiers.all.allSatisfy { !$0.isOn && $0.reason == "switched_off" })
        }
    }
}
