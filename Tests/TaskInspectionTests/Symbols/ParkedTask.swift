import Foundation
import Synchronization

/// Runs jobs when it is told to, on the thread that tells it: afterwards its tasks are suspended for certain.
private final class ManualExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// - Returns: the addresses of the jobs that ran.
    func run() -> [UInt] {
        var ran: [UInt] = []
        while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            ran.append(unsafeBitCast(job, to: UInt.self))
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
        return ran
    }
}

/// Where a task waits until the test lets it go on.
final class Gate: Sendable {
    private let waiting = Mutex<UnsafeContinuation<Void, Never>?>(nil)
    private let passed = Mutex<[String]>([])

    fileprivate func park(_ continuation: UnsafeContinuation<Void, Never>) {
        waiting.withLock { $0 = continuation }
    }

    func wait() async {
        await withUnsafeContinuation { park($0) }
    }

    /// Something to do after the wait: where nothing is left to do, a release build keeps no line to go on at.
    @inline(never)
    func pass(_ name: StaticString) {
        passed.withLock { $0.append("\(name)") }
    }

    fileprivate func open() { waiting.withLock { $0.take() }?.resume() }
}

/// The resume addresses of a task that waits at a gate in `body`, innermost first, as the runtime has them.
///
/// By the layout of Swift 6's tasks and async contexts: ResumeTask at 56, the context at 64; in a context the parent,
/// then where it goes on in the parent.
func resumeAddresses(of body: @escaping @Sendable (Gate) async -> Void) -> [UInt64] {
    let executor = ManualExecutor()
    let gate = Gate()
    Task(executorPreference: executor) { await body(gate) }
    let addresses = Mutex<[UInt64]>([])
    // On a thread that runs no task of its own.
    let isDone = DispatchSemaphore(value: 0)
    let thread = Thread {
        if let task = executor.run().first.flatMap({ UnsafePointer<UInt>(bitPattern: $0) }) {
            addresses.withLock { $0 = walk(task) }
        }
        gate.open()
        _ = executor.run()
        isDone.signal()
    }
    thread.start()
    isDone.wait()
    return addresses.withLock { $0 }
}

/// - Parameter task: suspended, so that nobody writes to its contexts.
private func walk(_ task: UnsafePointer<UInt>) -> [UInt64] {
    var addresses = [UInt64(task[7])]
    var context = UnsafePointer<UInt>(bitPattern: task[8])
    while let current = context, addresses.count < 64 {
        // A task that waits in the runtime has its innermost one twice.
        if current[1] != 0, current[1] != addresses.last.map({ UInt($0) }) { addresses.append(UInt64(current[1])) }
        context = UnsafePointer(bitPattern: current[0])
    }
    return addresses
}
