import SagaTasks
import TaskInspection

/// A dump of 100,000 parked tasks with their stacks, beside copying their records.
final class TaskDumpBench: Bench {
    let unit = TimeUnit.milliseconds
    let referenceName = "copying the records"
    let operations = 1
    let passes = 1
    private let count = 100_000
    private let lot = ParkingLot()

    init() async {
        TaskTracking.turnOn()
        await lot.fill(count)
    }

    func pass(_ meter: inout Meter) async throws {
        var dump: TaskDump?
        meter.measure { dump = TaskInspector.dump() }
        let parked = dump?.tasks.count { $0.stack != nil && $0.state == .blocked } ?? 0
        try require(parked >= count, "only \(parked) of \(count) parked tasks have a stack")
    }

    func referencePass(_ meter: inout Meter) async throws {
        var records = 0
        meter.measure { records = TaskRecords().records.count }
        try require(records >= count, "records are missing")
    }

    deinit {
        lot.open()
        TaskTracking.turnOff()
    }
}
