import Foundation
import Synchronization

/// Runs `body` on as many new threads and comes back when all of them have returned from it.
func onNewThreads(_ count: Int, _ body: @escaping @Sendable (_ index: Int) -> Void) {
    ThreadTeam(count, body).join()
}

/// Threads of their own, since what is tested belongs to a thread and ends with it.
final class ThreadTeam: Sendable {
    private let threads: [pthread_t]

    init(_ count: Int, _ body: @escaping @Sendable (_ index: Int) -> Void) {
        threads = (0..<count).map { index in
            let work = Unmanaged.passRetained(Work { body(index) })
            var thread = pthread_t()
            let failure = pthread_create(
                &thread, nil,
                { work in
                    if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().run() }
                    return nil
                }, work.toOpaque())
            precondition(failure == 0, "no thread: \(failure)")
            return thread
        }
    }

    /// Until the threads are gone, with all that belongs to them.
    func join() { for thread in threads { pthread_join(thread, nil) } }

    private final class Work: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}

final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
}

/// A value that threads share.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func withLock<Result: Sendable>(_ body: (inout sending Value) -> sending Result) -> Result {
        value.withLock(body)
    }
}

/// Where threads wait for each other.
final class Barrier: Sendable {
    private let missing: Atomic<Int>

    init(_ count: Int) { missing = Atomic(count) }

    func wait() {
        missing.subtract(1, ordering: .acquiringAndReleasing)
        while missing.load(ordering: .acquiring) > 0 { sched_yield() }
    }
}
