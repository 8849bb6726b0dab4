import Foundation
import SagaInstrumentation
import SagaTasks
import TaskInspection

/// The storm as a program of its own, for `make torture`: small enough to be built for a sanitizer, which says what it finds
/// on standard error and ends it with a status that is not 0. Its argument is the number of operations.
@main
struct Main {
    static func main() async throws {
        let operations = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
        TaskTracking.turnOn()
        try FlightRecorder.shared.start()
        var faults = TaskTiers.all.filter { $0.tier != .executor && !$0.isOn }.map {
            "tier \($0.tier) is off: \($0.reason ?? "")"
        }
        for isSwitched in [false, true] {
            let storm = TaskStorm()
            let watch = StormWatch(storm, until: operations / 2, isSwitched: isSwitched)
            await withSaga("storm") { await storm.run(workers: 8) }
            let seen = await watch.end()
            print("\(storm.operations) operations, \(seen.dumps) dumps with \(seen.tasks) tasks")
            faults += seen.faults
            TaskTiers.turnOn()
        }
        for fault in faults { print(fault) }
        exit(faults.isEmpty ? 0 : 1)
    }
}
