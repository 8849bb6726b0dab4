import CSagascope
import SagaTelemetry
import Synchronization

/// Tier 1 of task tracking: the task executor under one saga run, which sees every start, wait, run and suspension of the
/// run's task and its structured children, through public API alone.
///
/// Jobs run on queues of their priority, as wide as the machine has processors, like the default executor's, and beside
/// them. What it cannot see: inline calls of uncontended actors, main-actor segments,
/// and the exact moment at which a child ends that none of our wrappers started (its last suspension is taken).
public final class RunTracker: TaskExecutor {
    private let table = Mutex(TaskTable())
    private let base: TaskInstruments
    private let isOpen = Atomic<Bool>(true)

    init(saga: String) {
        base = TaskInstruments.of(saga: saga, step: nil)
    }

    /// The task executor for a new run: the surrounding run's where there is one, whose task goes on. nil while tracking is
    /// off, and in a task that the program itself put onto an executor: its choice stands, and the run is not tracked.
    public static func forRun(of saga: String, inside surrounding: RunTracker?) -> RunTracker? {
        guard TaskTracking.isEnabled else { return nil }
        guard let executor = withUnsafeCurrentTask(body: { $0?.unownedTaskExecutor }) else {
            return RunTracker(saga: saga)
        }
        guard let surrounding, executor == surrounding.asUnownedTaskExecutor() else { return nil }
        return surrounding
    }

    // MARK: the executor

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let pointer = Self.pointer(job)
        let id = sgs_job_task_id(pointer)
        if id != 0 { noteEnqueued(id) }
        // Retained for the queue, released by the run.
        sgs_dispatch(job.priority.rawValue, pointer, Unmanaged.passRetained(self).toOpaque()) { pointer, context in
            guard let pointer, let context else { return }
            Unmanaged<RunTracker>.fromOpaque(context).takeRetainedValue().run(pointer)
        }
    }

    private func run(_ pointer: UnsafeMutableRawPointer) {
        let job = unsafeBitCast(pointer, to: UnownedJob.self)
        let id = sgs_job_task_id(pointer)
        let began = sgs_recording_ns()
        let run = id == 0 ? nil : table.withLock { $0.began(id, at: began) }
        if let run { run.instruments.ready.record(nanoseconds: run.ready) }
        job.runSynchronously(on: asUnownedTaskExecutor())
        // From here on the task may be gone: only its id is used.
        guard let run else { return }
        let now = sgs_recording_ns()
        run.instruments.busy.record(nanoseconds: now.elapsed(since: began))
        table.withLock { $0.suspended(id, run: run.run, began: began, at: now) }
    }

    /// A job is a reference to the runtime's job object, one word, which the C entry points take as it is.
    private static func pointer(_ job: UnownedJob) -> UnsafeMutableRawPointer {
        unsafeBitCast(job, to: UnsafeMutableRawPointer.self)
    }

    private func noteEnqueued(_ id: UInt64) {
        let now = sgs_recording_ns()
        switch table.withLock({ $0.enqueued(id, at: now) }) {
        case .unknown: noteCreated(id, at: now)
        case .ready: break
        case .unblocked(let unblocked): report(unblocked, at: now)
        }
    }

    private func noteCreated(_ id: UInt64, at now: UInt64) {
        // The first time a task is seen, its creator is the task that runs here, and the creator's task-locals are ours.
        let parent = sgs_current_task_id()
        let identity = TaskIdentity.launching
        // A task that is enqueued by itself or by no task is none that was created just now: it has left its saga.
        guard identity != nil || (parent != 0 && parent != id) else { return }
        let step = SagaContext.current?.step
        let instruments = step == nil ? base : TaskInstruments.of(saga: base.saga, step: step)
        let creator = TraceContext.active
        let isKept = table.withLock { table in
            var record = TaskRecord(
                id: id, parent: parent, created: now, creator: creator, state: .ready, instruments: instruments)
            record.identity = identity
            return table.insert(record)
        }
        if !isKept { base.untracked.add() }
    }

    // MARK: called by the instrumentation, in the task concerned

    /// The run's own task comes under this executor.
    /// - Parameter span: the run's span, which what is told of this task belongs to.
    public func adoptCurrentTask(span: TraceContext) {
        let id = sgs_current_task_id()
        guard id != 0 else { return }
        table.withLock { table in
            var record = TaskRecord(
                id: id, parent: 0, created: sgs_recording_ns(), creator: span, state: .running,
                instruments: base)
            record.identity = TaskIdentity(name: "", span: nil)
            table.insert(record)
        }
    }

    /// The current task's body is over: records its lifetime and span, and those of its plain children.
    /// - Parameter launched: what it was created as, and when, on the recording clock, for a task that the table had no room for:
    ///   the spans inside name its span as their parent, so it is written all the same.
    public func endCurrentTask(
        launched: (identity: TaskIdentity, created: UInt64, creator: TraceContext)? = nil, error: String? = nil
    ) {
        let id = sgs_current_task_id()
        let now = sgs_recording_ns()
        if let (task, children) = table.withLock({ $0.end(id, at: now) }) {
            finish(children)
            base.lifetime.record(nanoseconds: now.elapsed(since: task.created))
            TaskSpan.record(task, end: now, error: error)
        } else if let launched {
            var task = TaskRecord(
                id: id, parent: 0, created: launched.created, creator: launched.creator, state: .running,
                instruments: base)
            task.identity = launched.identity
            TaskSpan.record(task, end: now, error: error)
        }
    }

    /// While the current task is inside the step, its times count for it.
    /// - Parameter saga: the step's saga: another one than this run's for a saga inside a saga.
    public func enterStep(_ name: String?, of saga: String) {
        let instruments = TaskInstruments.of(saga: saga, step: name)
        table.withLock { $0.enterStep(sgs_current_task_id(), instruments, at: sgs_recording_ns()) }
    }

    public func leaveStep() {
        table.withLock { $0.leaveStep(sgs_current_task_id(), at: sgs_recording_ns()) }
    }

    /// What the current task is about to wait for; `.unknown` when the wait is over.
    public func willWait(for reason: BlockReason) {
        table.withLock { $0.setReason(sgs_current_task_id(), reason) }
    }

    /// The run is over; tasks that outlive it stay in the table until they end.
    public func close() { isOpen.store(false, ordering: .relaxed) }

    /// Neither the run nor any task of it is alive.
    public var isDone: Bool { !isOpen.load(ordering: .relaxed) && table.withLock { $0.isEmpty } }

    private func finish(_ children: [TaskRecord]) {
        for child in children {
            // A plain child ended when it last left a thread.
            base.lifetime.record(nanoseconds: child.since.elapsed(since: child.created))
            TaskSpan.record(child, end: child.since, error: nil)
        }
    }

    // MARK: looking in from outside

    /// Live tasks in each state.
    public func taskCounts() -> [TaskState: Int] {
        table.withLock { table in
            var counts: [TaskState: Int] = [:]
            for state in TaskState.allCases { counts[state] = table.count(in: state) }
            return counts
        }
    }

    /// Tells, once per suspension, of each task that has been blocked for `threshold` ns. Called by the monitor.
    public func reportBlocked(threshold: UInt64) {
        let now = sgs_recording_ns()
        let found = table.withLock { $0.takeUnreported(at: now, blockedFor: threshold) }
        for record in found {
            BlockedEvent.blocked(record, reason: record.reason, since: record.since)
        }
    }

    private func report(_ unblocked: Unblocked, at now: UInt64) {
        unblocked.record.instruments.blocked(unblocked.reason).record(nanoseconds: unblocked.duration)
        guard unblocked.duration >= TaskTracking.blockedThreshold else { return }
        if !unblocked.wasReported {
            BlockedEvent.blocked(unblocked.record, reason: unblocked.reason, since: unblocked.from)
        }
        BlockedEvent.unblocked(unblocked.record, reason: unblocked.reason, at: now, after: unblocked.duration)
    }
}
