import CSagascope
import Synchronization
import TaskInspection

/// The tasks of a run when an error arose in it: kept while the run goes on, since it may yet fail of it, and gone when it does
/// not.
public final class FailureLook: Sendable {
    let snapshot: RunSnapshot

    /// At once, in the whole process, some 0.5 MB each.
    private static let limit = 8
    /// Between two looks, in ns: each takes some 45 µs, and 0.4 ms among 100,000 tasks, of the task that has the error.
    private static let pause: UInt64 = 50_000_000

    private static let held = Atomic<Int>(0)
    private static let last = Atomic<UInt64>(0)

    private init(_ snapshot: RunSnapshot) { self.snapshot = snapshot }

    deinit { Self.held.subtract(1, ordering: .relaxed) }

    /// The next look may be at once.
    static func beginAnew() { last.store(0, ordering: .relaxed) }

    /// nil when a failure would not be written now, or others were just looked at.
    static func take(of run: UInt32) -> FailureLook? {
        guard FailureFiles.isReady else { return nil }
        let (now, before) = (sgs_recording_ns(), last.load(ordering: .relaxed))
        guard before == 0 || now.elapsed(since: before) >= pause,
            last.compareExchange(expected: before, desired: now, ordering: .relaxed).exchanged
        else { return nil }
        guard held.add(1, ordering: .relaxed).newValue <= limit else {
            held.subtract(1, ordering: .relaxed)
            return nil
        }
        return FailureLook(RunSnapshot(of: run))
    }
}
