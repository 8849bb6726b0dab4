internal import CSagascope
import Synchronization

/// Runs tasks on a thread of its own, which makes the log durable whenever it has nothing else to run.
///
/// ```swift
/// let executor = try LogExecutor(log)
/// try await withTaskExecutorPreference(executor) { try await runSagas() }
/// ```
///
/// For tasks that mostly write to the log: whoever is woken by a sync runs on the thread that synced, so that one group holds
/// all of them, no other thread has to be woken, and the cooperative pool is left to others. With 16 tasks that commit all
/// the time it is about twice as fast as the pool; one that computes for long keeps the others waiting.
public final class LogExecutor: TaskExecutor, @unchecked Sendable {
    // Unchecked: `own` is touched on `thread` alone.

    private let writer: LogWriter
    private let shared = Mutex(Shared())
    private let asleep = PaddedWord()
    private let thread = PaddedWord()
    /// Jobs that the thread itself has made ready.
    private var own: [UnownedJob] = []

    private struct Shared {
        var jobs: [UnownedJob] = []
        var isStopped = false
        var thread: LogThread?
    }

    public init(_ log: SagaLog) throws(SagaLogError) {
        writer = log.writer
        let started = try LogThread("saga-reactor") { [self] in run() }
        shared.withLock { $0.thread = started }
    }

    deinit {
        asleep.deallocate()
        thread.deallocate()
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if thread.relaxed == LogThread.current { return own.append(job) }
        let isTaken = shared.withLock { shared in
            guard !shared.isStopped else { return false }
            shared.jobs.append(job)
            return true
        }
        // Tasks that outlive it go on in the pool.
        guard isTaken else { return globalConcurrentExecutor.enqueue(job) }
        wake()
    }

    /// Runs what is ready, and ends. Tasks that prefer it go on in the pool. Not to be called from one of them.
    public func stop() {
        let thread = shared.withLock { shared in
            shared.isStopped = true
            defer { shared.thread = nil }
            return shared.thread
        }
        wake()
        thread?.join()
    }

    private func wake() {
        if asleep.ordered != 0, asleep.exchange(0) != 0 { sgs_futex_wake(asleep.address) }
    }

    // MARK: on the thread

    private func run() {
        thread.store(LogThread.current)
        writer.becomeReactor()
        defer { writer.endReactor() }
        let executor = asUnownedTaskExecutor()
        var running: [UnownedJob] = []
        while true {
            swap(&running, &own)
            if running.isEmpty { shared.withLock { swap(&running, &$0.jobs) } }
            for job in running { job.runSynchronously(on: executor) }
            let hasRun = !running.isEmpty
            running.removeAll(keepingCapacity: true)
            if hasRun || !own.isEmpty || writer.flush(wakingHere: true) { continue }
            if shared.withLock({ $0.isStopped && $0.jobs.isEmpty }) { break }
            sleep()
        }
        // From here on it is nobody's thread.
        thread.store(0)
    }

    private func sleep() {
        asleep.store(1)
        let isIdle = shared.withLock { $0.jobs.isEmpty && !$0.isStopped }
        // Somebody else is flushing, and what was written meanwhile is left to us.
        let hasRecords = !writer.queue.isEmpty
        if isIdle { sgs_futex_wait(asleep.address, 1, hasRecords ? 50_000 : 1_000_000_000) }
        asleep.store(0)
    }
}
