import CSagascope

/// Tier 1 of task tracking: the task executor under sagas, which sees every start, wait, run and suspension of their tasks
/// and their structured children, through public API alone.
///
/// Jobs run on queues of their priority, as wide as the machine has processors, like the default executor's, and beside
/// them. What it cannot see: inline calls of uncontended actors, main-actor segments, and the exact moment at which a child
/// ends that none of our wrappers started, unless the runtime's layout is known (tier 3).
public final class SagaTaskExecutor: TaskExecutor {
    static let shared = SagaTaskExecutor()

    private init() {}

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // A job is a reference to the runtime's job object, one word, which the C entry points take as it is.
        let pointer = unsafeBitCast(job, to: UnsafeMutableRawPointer.self)
        let id = sgs_job_task_id(pointer)
        let task = id == 0 ? nil : sgs_tasks_note_enqueued(pointer, id)
        sgs_dispatch(job.priority.rawValue, pointer, task) { pointer, task in
            guard let pointer else { return }
            SagaTaskExecutor.shared.run(pointer, task?.assumingMemoryBound(to: sgs_task.self))
        }
    }

    private func run(_ pointer: UnsafeMutableRawPointer, _ task: TaskRecord?) {
        let job = unsafeBitCast(pointer, to: UnownedJob.self)
        guard let task else { return job.runSynchronously(on: asUnownedTaskExecutor()) }
        withUnsafeTemporaryAllocation(of: sgs_task_run.self, capacity: 1) { run in
            sgs_tasks_note_began(task, run.baseAddress)
            job.runSynchronously(on: asUnownedTaskExecutor())
            // From here on the task may be gone, and its record another's.
            sgs_tasks_note_returned(run.baseAddress)
        }
    }
}
