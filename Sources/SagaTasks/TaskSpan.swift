import CSagascope
import SagaTelemetry
import TaskInspection

/// How a task's life was spent, in ns.
struct TaskTimes {
    let runs: UInt32
    let parent: UInt64
    var ready: UInt64
    var busy: UInt64
    var blocked: UInt64

    /// Of a task that runs now, or has ended.
    init(_ task: sgs_task, at now: UInt64) {
        runs = task.runs
        parent = task.parent
        ready = task.ready
        busy = withUnsafePointer(to: task) { sgs_task_busy($0, task.word, now) }
        blocked = task.blocked
        if sgs_word_state(task.word) == SGS_TASK_RUNNING { busy += sgs_word_age(task.word, now) }
    }
}

/// The span of a tracked task, written when the task has ended. Times are those of the recording clock, which the spans
/// around it go by too.
struct TaskSpan {
    let name: String
    let context: TraceContext
    let parent: TraceContext?
    let instruments: TaskInstruments
    let id: UInt64
    let created: UInt64
    let ended: UInt64
    let times: TaskTimes?
    var error: String?

    /// A task that none of our wrappers made: it gets an id now.
    static func record(plain task: sgs_task, ended: UInt64) {
        guard let instruments = task.instruments else { return }
        instruments.lifetime.record(nanoseconds: ended.elapsed(since: task.created))
        guard let creator = task.traceContext, creator.isRecorded else { return }
        TaskSpan(
            name: task.name.map { String(cString: $0) } ?? "", context: creator.child(.random()), parent: creator,
            instruments: instruments, id: task.id, created: task.created, ended: ended,
            times: TaskTimes(task, at: ended)
        ).record()
    }

    func record() {
        guard context.isRecorded else { return }
        var span = TraceSpan(
            name.isEmpty ? "task" : "task \(name)", kind: .internal, context: context, parent: parent,
            startTime: sgs_unix_from_monotonic(created))
        span.set("saga.name", instruments.saga)
        if let step = instruments.step { span.set("saga.step.name", step) }
        span.set("saga.task.id", Int64(bitPattern: id))
        if let times {
            span.set("saga.task.parent.id", Int64(bitPattern: times.parent))
            span.set("saga.task.polls", Int(times.runs))
            span.set("saga.task.busy.duration", times.busy.seconds)
            span.set("saga.task.ready.duration", times.ready.seconds)
            span.set("saga.task.blocked.duration", times.blocked.seconds)
        }
        if let error { span.set("error.type", error) }
        span.end(error.map { .error($0) } ?? .unset, at: sgs_unix_from_monotonic(ended))
    }
}
