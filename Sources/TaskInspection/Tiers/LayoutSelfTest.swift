internal import CSagascope
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Whether a real task of this runtime looks as the layout says, and whether our functions in its object are called when they
/// should be. The task is led step by step on a thread of its own, so that the test neither waits nor depends on anything.
enum LayoutSelfTest {
    /// - Returns: what disagreed; nil when all agreed.
    static func run() -> String? {
        if let refusal = sgs_layout_refusal() { return String(cString: refusal) }
        let answer = Mutex<String?>("self_test_no_thread")
        onOwnThread {
            let disagreement = Probe().disagreement()
            answer.withLock { $0 = disagreement }
        }
        return answer.withLock { $0 }
    }

    private static func onOwnThread(_ body: @Sendable () -> Void) {
        withoutActuallyEscaping(body) { body in
            let box = Unmanaged.passRetained(Box(body))
            var thread = pthread_t()
            let failed = pthread_create(
                &thread, nil,
                { context in
                    guard let context else { return nil }
                    Unmanaged<Box>.fromOpaque(context).takeUnretainedValue().body()
                    return nil
                }, box.toOpaque())
            if failed == 0 { pthread_join(thread, nil) }
            box.release()
        }
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

/// A task that parks itself two calls deep, and is let go on.
private final class Probe: Sendable {
    private let executor = StepwiseExecutor()
    private let parked = Mutex<UnsafeContinuation<Void, Never>?>(nil)
    private let hasEnded = Atomic<Bool>(false)

    private func park() async {
        await withUnsafeContinuation { continuation in parked.withLock { $0 = continuation } }
    }

    @inline(never) private func inner() async {
        await park()
        hasEnded.store(true, ordering: .relaxed)
    }

    @inline(never) private func outer() async {
        await inner()
        // After the call, so that it needs a frame of its own.
        hasEnded.store(hasEnded.load(ordering: .relaxed), ordering: .relaxed)
    }

    func disagreement() -> String? {
        _ = Task.detached(executorPreference: executor) { await self.outer() }
        guard let job = executor.take() else { return "self_test_not_enqueued" }
        let object = unsafeBitCast(job, to: UnsafeMutableRawPointer.self)
        let id = sgs_job_task_id(object)
        let found = check(object, id)
        // Without our functions in it, so that a wrong layout has harmed nothing; the task is led to its end in any case.
        guard found == nil else {
            finish(job)
            return found
        }
        sgs_tasks_allow_layout(1)
        let disagreement = watch(job, object, id)
        if disagreement != nil { sgs_tasks_allow_layout(0) }
        return disagreement
    }

    private func step(_ job: UnownedJob) { job.runSynchronously(on: executor.asUnownedTaskExecutor()) }

    private func resume() { parked.withLock { $0.take() }?.resume() }

    private func finish(_ job: UnownedJob) {
        step(job)
        resume()
        if let last = executor.take() { step(last) }
    }

    /// A task that has not begun.
    private func check(_ object: UnsafeMutableRawPointer, _ id: UInt64) -> String? {
        guard let header = header(object) else { return "self_test_metadata" }
        guard header.id == id, sgs_layout_task_id(object) == id else { return "self_test_id" }
        guard sgs_layout_is_adapter(header.resume) != 0 else { return "self_test_first_function" }
        var root: [UInt64] = []
        GuardedMemory.readWords([header.context], count: 2) { _, words in root = [words[0], words[1]] }
        guard root.count == 2, root[0] == 0, sgs_is_code(root[1]) != 0 else { return "self_test_context" }
        return nil
    }

    private func header(_ object: UnsafeMutableRawPointer) -> sgs_task_header? {
        GuardedMemory.readTasks([UInt64(UInt(bitPattern: object))])[0]
    }

    /// From here on our functions are in the object.
    private func watch(_ job: UnownedJob, _ object: UnsafeMutableRawPointer, _ id: UInt64) -> String? {
        sgs_tasks_watch(object)
        guard let task = sgs_tasks_find(id), task.pointee.flags & UInt8(SGS_TASK_HAS_END) != 0 else {
            finish(job)
            return "self_test_no_end"
        }
        step(job)
        let parked = look(at: task, object)
        resume()
        guard let last = executor.take() else { return "self_test_not_resumed" }
        sgs_tasks_watch(object)
        let isReady = sgs_word_state(sgs_task_word(task)) == SGS_TASK_READY
        step(last)
        if let parked { return parked }
        guard isReady else { return "self_test_ready" }
        guard hasEnded.load(ordering: .relaxed), sgs_tasks_find(id) == nil else { return "self_test_end" }
        return nil
    }

    /// The parked task.
    private func look(at task: UnsafeMutablePointer<sgs_task>, _ object: UnsafeMutableRawPointer) -> String? {
        guard task.pointee.runs == 1, sgs_word_state(sgs_task_word(task)) == SGS_TASK_BLOCKED else {
            return "self_test_blocked"
        }
        guard let reading = TaskReader.read([task.pointee])[0] else { return "self_test_unreadable" }
        guard reading.waitsFor?.kind == UInt32(SGS_WAITS_FOR_CONTINUATION) else { return "self_test_wait" }
        // At least the three functions above, as many as the optimizer has left of them.
        guard reading.frames.count >= 2, reading.frames.allSatisfy({ sgs_is_code($0) != 0 }) else {
            return "self_test_frames"
        }
        return nil
    }
}
