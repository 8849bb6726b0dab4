import CSagascope
import SagaTelemetry
import Synchronization
import TaskInspection

/// Looks at every task now and then, and tells what no task can tell of itself.
public enum TaskWatch {
    private static let state = Mutex(WarningLook())

    /// Tells, once per suspension, of each saga task that has been blocked for the threshold; warns of tasks with which
    /// something is wrong; does with orphans what the policy says. Called by the monitor.
    /// - Returns: how long it took, in ns.
    @discardableResult public static func look() -> UInt64 {
        guard TaskTracking.isEnabled else { return 0 }
        let now = sgs_recording_ns()
        let found = state.withLock {
            $0.look(TaskTracking.thresholds, blockedThreshold: TaskTracking.blockedThreshold, at: now)
        }
        for (task, name) in found.blocked {
            BlockedEvent.blocked(task, name: name, since: now - sgs_word_age(task.word, now))
        }
        for (warning, count) in found.counts { WarningEvent.count(warning, count) }
        for finding in found.findings { WarningEvent.tell(finding) }
        if TaskTracking.orphanPolicy == .cancel {
            // Outside of the lock: the tasks' own handlers run.
            let cancelled = found.orphans.filter { sgs_tasks_cancel($0) != 0 }
            if !cancelled.isEmpty { state.withLock { $0.noteCancelled(cancelled, at: sgs_recording_ns()) } }
        }
        return sgs_recording_ns().elapsed(since: now)
    }
}
