import Synchronization

/// An executor that does nothing by itself: whoever holds it says when the next job runs, on its own thread.
final class StepwiseExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// The job that was enqueued last, which is taken off; nil without one.
    func take() -> UnownedJob? { jobs.withLock { $0.popLast() } }
}
