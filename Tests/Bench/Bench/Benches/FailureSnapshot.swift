import CSagascope
import SagaTasks
import TaskInspection

/// What a task that has an error pays for the look at its saga's 16 tasks, while 100,000 others are parked; beside touching each
/// record once.
final class FailureSnapshot: Bench {
    let unit = TimeUnit.microseconds
    let referenceName = "counting by state"
    let operations = 1
    let passes = 20
    private let others: Int
    private let lot = ParkingLot()
    private let run: UInt32
    /// Parked tasks that stand for the saga's. They leave it before they end: nothing of them is to be recorded.
    private let members: [UInt64]

    init(others: Int) async throws {
        self.others = others
        TaskTracking.turnOn()
        run = SagaRuns.open(SagaRuns.Run(saga: "bench", id: "1")) ?? 0
        await lot.fill(others)
        members = TaskRecords().records.prefix(16).map(\.id)
        for task in members.compactMap({ sgs_tasks_find($0) }) {
            sgs_run_joined(run)
            sgs_task_set_run(task, run)
        }
    }

    func pass(_ meter: inout Meter) async throws {
        var snapshot: RunSnapshot?
        meter.measure { snapshot = RunSnapshot(of: run) }
        try require(snapshot?.count == members.count && !members.isEmpty, "tasks of the run are missing")
    }

    func referencePass(_ meter: inout Meter) async throws {
        var counts = [UInt64](repeating: 0, count: Int(SGS_TASK_ENDED.rawValue) + 1)
        meter.measure { sgs_tasks_count(&counts) }
        try require(sgs_tasks_live() >= UInt64(others), "tasks are missing")
    }

    deinit {
        for task in members.compactMap({ sgs_tasks_find($0) }) {
            sgs_task_set_run(task, 0)
            SagaRuns.leave(run)
        }
        SagaRuns.close(run)
        lot.open()
        TaskTracking.turnOff()
    }
}
