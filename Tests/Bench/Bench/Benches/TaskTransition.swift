import CFloor
import CSagascope

/// One transition of a task (enqueued, begun, returned, in turn) while so many are alive, the clock's readings included.
/// Which task comes next is random, so that with many of them its record is in no cache.
final class TaskTransition: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "C array of one thread"
    let operations = 300_000
    let passes = 1
    private let order: [UInt32]
    private let live: Int
    /// Ids that no task of this process will ever have.
    private let firstID: UInt64 = 1 << 40

    init(live: Int) throws {
        self.live = live
        var random = SplitMix(seed: 7)
        order = (0..<operations / 3).map { _ in UInt32(random.next() % UInt64(live)) }
        for number in 0..<UInt64(live) {
            let task = sgs_tasks_insert(firstID + number, nil, 0, SGS_TASK_BLOCKED, sgs_recording_ns())
            try require(task != nil, "the table has no room")
        }
        try require(floor_tasks_make(UInt64(live)) != 0, "no memory for the floor")
    }

    deinit {
        for number in 0..<UInt64(live) {
            if let task = sgs_tasks_find(firstID + number) { sgs_tasks_remove(task) }
        }
    }

    func pass(_ meter: inout Meter) async throws {
        var suspended = 0
        meter.measure {
            for number in order {
                // As the hook does: found by its id when it is enqueued, and by the thread that runs it.
                guard let task = sgs_tasks_find(firstID + UInt64(number)) else { continue }
                _ = sgs_task_enqueued(task, 0, sgs_recording_ns())
                guard let running = sgs_tasks_find(firstID + UInt64(number)) else { continue }
                var ready: UInt64 = 0
                let word = sgs_task_began(running, sgs_recording_ns(), &ready)
                suspended += Int(sgs_task_returned(running, firstID + UInt64(number), word, sgs_recording_ns()))
            }
        }
        try require(suspended == order.count, "a transition was lost")
    }

    func referencePass(_ meter: inout Meter) async throws {
        meter.measure { _ = order.withUnsafeBufferPointer { floor_tasks_cycle($0.baseAddress, UInt64($0.count)) } }
    }
}
