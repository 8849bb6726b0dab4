import SagaTasks
import TaskInspection
import TestSupport
import Testing

struct TaskTrackingSettingsTests {
    /// Also in release builds, whose optimizer once made zeros of such defaults.
    @Test func theDefaultsAreThere() async throws {
        try await withTaskTracking(.off) {
            #expect(TaskTracking.thresholds == WarningThresholds())
            #expect(TaskTracking.orphanPolicy == .report)
            #expect(TaskTracking.blockedThreshold == 250_000_000 && TaskTracking.limit == 1 << 20)
        }
    }
}
