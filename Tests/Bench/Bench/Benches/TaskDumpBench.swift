import SagaTasks
import Synchronization
import TaskInspection

/// A dump of 100,000 parked tasks with their stacks, beside copying their records.
final class TaskDumpBench: Bench {
    let unit = TimeUnit.milliseconds
    let referenceName = "copying the records"
    let operations = 1
    let passes = 1
    private let count = 100_000
    private let lot = ParkingLot()
    private var tasks: [Task<Void, Never>] = []

    init() async {
        TaskTracking.turnOn()
        for _ in 0..<count { tasks.append(Task.detached { [lot] in await lot.park() }) }
        while lot.count < count { await Task.yield() }
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

private final class ParkingLot: Sendable {
    private let parked = Mutex<[UnsafeContinuation<Void, Never>]>([])

    var count: Int { parked.withLock { $0.count } }

    func park() async {
        await withUnsafeContinuation { continuation in parked.withLock { $0.append(continuation) } }
    }

    func open() { for task in parked.withLock({ $0 }) { task.resume() } }
}
