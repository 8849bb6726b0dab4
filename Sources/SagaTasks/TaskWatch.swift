import CSagascope
import SagaTelemetry
import TaskInspection

/// Looks at every task now and then, and tells what no task can tell of itself.
public enum TaskWatch {
    /// Tells, once per suspension, of each saga task that has been blocked for the threshold. Called by the monitor.
    public static func look() {
        guard TaskTracking.isEnabled else { return }
        let now = sgs_recording_ns()
        let threshold = TaskTracking.blockedThreshold
        let copied = TaskRecords()
        for task in copied.records where task.scope != 0 && sgs_word_state(task.word) == SGS_TASK_BLOCKED {
            let age = sgs_word_age(task.word, now)
            guard age >= threshold, task.reported & TaskReports.blocked == 0, mark(task, TaskReports.blocked) else {
                continue
            }
            BlockedEvent.blocked(task, name: copied.names[task.id], since: now - age)
        }
    }

    /// Notes that something was told of the task's present state; false when that is over.
    private static func mark(_ task: sgs_task, _ report: UInt8) -> Bool {
        guard let live = sgs_tasks_find(task.id), sgs_task_word(live) == task.word else { return false }
        live.pointee.reported |= report
        return true
    }
}
