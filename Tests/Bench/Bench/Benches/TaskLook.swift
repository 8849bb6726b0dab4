import CSagascope
import SagaTasks
import TaskInspection

/// One look of the monitor for warnings while 100,000 tasks are parked, beside touching each of their records once.
final class TaskLook: Bench {
    let unit = TimeUnit.microseconds
    let referenceName = "counting by state"
    let operations = 1
    let passes = 20
    private let count = 100_000
    private let lot = ParkingLot()

    init() async {
        TaskTracking.turnOn()
        await lot.fill(count)
        // What is told once is told.
        for _ in 0..<10 { TaskWatch.look() }
    }

    func pass(_ meter: inout Meter) async throws {
        var took: UInt64 = 0
        meter.measure { took = TaskWatch.look() }
        try require(took > 0, "it did not look")
    }

    func referencePass(_ meter: inout Meter) async throws {
        var counts = [UInt64](repeating: 0, count: Int(SGS_TASK_ENDED.rawValue) + 1)
        meter.measure { sgs_tasks_count(&counts) }
        try require(sgs_tasks_live() >= UInt64(count), "tasks are missing")
    }

    deinit {
        lot.open()
        TaskTracking.turnOff()
    }
}
