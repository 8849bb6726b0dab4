internal import CSagascope

/// The tasks of one saga run at one moment, and the tasks that these wait for: read at once, and made into a dump later, since
/// naming functions takes milliseconds.
///
/// Sendable: addresses in the records are compared and never followed, and what functions and types the readings name stays
/// as long as the process.
package struct RunSnapshot: @unchecked Sendable {
    /// Tasks of the run that are kept, some 400 bytes each.
    package static let limit = 1024

    /// Tasks of the run beyond the limit.
    package let leftOut: Int
    package var count: Int { records.count }
    private var records: [sgs_task] = []
    private var names: [UInt64: String] = [:]
    private var readings: [TaskReading?] = []
    private var runs: [UInt32: SagaRuns.Run] = [:]
    /// When all was read, on the recording clock: a state's age counts up to then.
    private var now: UInt64 = 0
    private let time = sgs_unix_ns()

    /// - Parameter run: its handle.
    package init(of run: UInt32) {
        var found = Self.records(of: run)
        leftOut = max(0, Int(sgs_run_tasks(run)) - found.count)
        for position in found.indices { names[found[position].id] = found[position].takeName() }
        records = found
        if TaskTiers.isLayoutOn {
            readings = TaskReader.read(records)
            addWaitedFor()
        }
        now = sgs_recording_ns()
        runs = SagaRuns.these(Set(records.map(\.run)))
    }

    private static func records(of run: UInt32) -> [sgs_task] {
        withUnsafeTemporaryAllocation(of: sgs_task.self, capacity: limit) { buffer in
            var cursor: UInt64 = 0
            return Array(buffer.prefix(Int(sgs_tasks_of_run(&cursor, run, buffer.baseAddress, UInt64(limit)))))
        }
    }

    private mutating func addWaitedFor() {
        let known = Set(records.map { UInt64(UInt(bitPattern: $0.address)) })
        let waitedFor = Set(readings.compactMap { Self.task(waitedForBy: $0) }).subtracting(known)
        let others = GuardedMemory.readTasks(Array(waitedFor)).compactMap { header -> sgs_task? in
            guard let id = header?.id, var record = TaskRecords.one(id, withName: true) else { return nil }
            names[id] = record.takeName()
            return record
        }
        readings += TaskReader.read(others)
        records += others
    }

    private static func task(waitedForBy reading: TaskReading?) -> UInt64? {
        guard let wait = reading?.waitsFor, wait.kind == UInt32(SGS_WAITS_FOR_TASK) else { return nil }
        return wait.on
    }

    package func dump(of failure: SagaFailure) -> TaskDump {
        let builder = DumpBuilder(records, names: names, readings: readings, now: now, runs: runs)
        return TaskDump(
            time: time, process: TaskInspector.process, tiers: TaskTiers.all, untracked: sgs_tasks_refused(),
            tasks: builder.tasks, stacks: builder.stacks, cycles: WaitGraph(builder.tasks).cycles(), failure: failure)
    }
}
