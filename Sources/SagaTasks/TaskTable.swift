import SagaTelemetry

/// The live tasks of one saga run and the rules by which they change state. Pure bookkeeping: no clock, no lock, no I/O.
///
/// Keyed by the runtime's 64-bit task id, never by address: addresses are reused at once.
struct TaskTable {
    /// Tasks kept per run; further ones are counted and not kept.
    static let limit = 4096

    private(set) var records: [UInt64: TaskRecord] = [:]
    /// The limit was reached once. From then on a task that is not in the table may be one that was not kept, so only
    /// tasks of our wrappers, which are known to be new, come in.
    private var isOverfull = false
    /// When a task has last left a step.
    private var lastLeft: UInt64 = 0

    var isEmpty: Bool { records.isEmpty }

    /// A task that begins its life here. A plain child needs its parent in the table, whose end will tell of its own.
    /// - Returns: false when it is not kept.
    @discardableResult
    mutating func insert(_ record: TaskRecord) -> Bool {
        guard records.count < Self.limit else {
            isOverfull = true
            return false
        }
        if record.identity == nil {
            guard !isOverfull, records[record.parent] != nil else { return false }
            update(record.parent) { $0.plainChildren.append(record.id) }
        }
        records[record.id] = record
        return true
    }

    // MARK: transitions

    /// What an enqueue turned out to be.
    enum Enqueued {
        /// The task is not in the table: it is new, or there was no room for it.
        case unknown
        /// Made ready without having been blocked.
        case ready
        case unblocked(Unblocked)
    }

    /// The task may run again.
    mutating func enqueued(_ id: UInt64, at now: UInt64) -> Enqueued {
        guard var record = records[id] else { return .unknown }
        var unblocked: Unblocked?
        if record.state == .blocked {
            let duration = now.elapsed(since: record.since)
            record.blocked &+= duration
            unblocked = Unblocked(
                record: record, reason: record.reason, from: record.since, duration: duration,
                wasReported: record.isReported)
        }
        record.state = .ready
        record.since = now
        record.isReported = false
        records[id] = record
        return unblocked.map { .unblocked($0) } ?? .ready
    }

    /// A thread took the task.
    /// - Returns: the number of this run, to hand to ``suspended(_:run:at:)``, and how long the task was ready.
    mutating func began(_ id: UInt64, at now: UInt64) -> (run: UInt32, ready: UInt64, instruments: TaskInstruments)? {
        guard var record = records[id] else { return nil }
        let ready = record.state == .ready ? now.elapsed(since: record.since) : 0
        record.ready &+= ready
        record.state = .running
        record.since = now
        record.run &+= 1
        records[id] = record
        return (record.run, ready, record.instruments)
    }

    /// Run number `run`, which began at `began`, returned: the task is suspended, unless it was enqueued again, or ended,
    /// before the thread came back.
    mutating func suspended(_ id: UInt64, run: UInt32, began: UInt64, at now: UInt64) {
        guard var record = records[id] else { return }
        let now = lastLeft > began ? latestEnd(of: record, began: began, at: now) : now
        record.busy &+= now.elapsed(since: began)
        if record.run == run, record.state == .running {
            record.state = .blocked
            record.since = now
        }
        records[id] = record
    }

    /// A plain child that has ended makes its parent go on before its own thread comes back. When the parent, or theirs,
    /// has meanwhile left the step that the child was made in, the child ended there at the latest, unless it runs again.
    private func latestEnd(of record: TaskRecord, began: UInt64, at now: UInt64) -> UInt64 {
        guard record.identity == nil else { return now }
        var ancestor = records[record.parent]
        while let task = ancestor {
            if let step = task.leftStep, step.contains(record.created), step.upperBound > began {
                return min(step.upperBound, now)
            }
            ancestor = records[task.parent]
        }
        return now
    }

    // MARK: our wrappers

    mutating func setReason(_ id: UInt64, _ reason: BlockReason) { update(id) { $0.reason = reason } }

    mutating func enterStep(_ id: UInt64, _ instruments: TaskInstruments, at now: UInt64) {
        update(id) { record in
            record.steps.append(OpenStep(entered: now, outer: record.instruments))
            record.instruments = instruments
        }
    }

    mutating func leaveStep(_ id: UInt64, at now: UInt64) {
        update(id) { record in
            guard let step = record.steps.popLast() else { return }
            record.instruments = step.outer
            record.leftStep = step.entered...max(step.entered, now)
        }
        lastLeft = max(lastLeft, now)
    }

    /// The task has reached the end of its body.
    /// - Returns: it, brought up to date, and its plain children, which ended before it.
    mutating func end(_ id: UInt64, at now: UInt64) -> (task: TaskRecord, children: [TaskRecord])? {
        let children = takePlainChildren(of: id, endedBy: now)
        guard var record = records.removeValue(forKey: id) else { return nil }
        if record.state == .running { record.busy &+= now.elapsed(since: record.since) }
        record.since = now
        return (record, children)
    }

    /// Takes out the plain children of a task, and theirs. One that is still taken for running has ended all the same: its
    /// thread has not come back yet.
    private mutating func takePlainChildren(of id: UInt64, endedBy now: UInt64) -> [TaskRecord] {
        var taken: [TaskRecord] = []
        for child in records[id]?.plainChildren ?? [] {
            taken += takePlainChildren(of: child, endedBy: now)
            guard var record = records.removeValue(forKey: child) else { continue }
            if record.state == .running {
                record.busy &+= now.elapsed(since: record.since)
                record.since = now
            }
            record.since = min(record.since, now)
            taken.append(record)
        }
        return taken
    }

    /// Out of the table and back in: a change in place through the optional costs three allocations.
    private mutating func update(_ id: UInt64, _ change: (inout TaskRecord) -> Void) {
        guard var record = records[id] else { return }
        change(&record)
        records[id] = record
    }

    // MARK: looking in from outside

    /// Plain children that are off their thread are left out: one that has ended looks the same as one that is blocked.
    func count(in state: TaskState) -> Int {
        records.values.count { $0.state == state && (state != .blocked || $0.identity != nil) }
    }

    /// Tasks of ours that have been blocked for `threshold` and were not reported for it; they are marked as reported.
    mutating func takeUnreported(at now: UInt64, blockedFor threshold: UInt64) -> [TaskRecord] {
        let found = records.values.filter {
            $0.state == .blocked && !$0.isReported && $0.identity != nil && now > $0.since
                && now - $0.since >= threshold
        }
        for record in found { update(record.id) { $0.isReported = true } }
        return found
    }
}

/// A suspension that is over.
struct Unblocked {
    let record: TaskRecord
    let reason: BlockReason
    let from: UInt64
    let duration: UInt64
    let wasReported: Bool
}
