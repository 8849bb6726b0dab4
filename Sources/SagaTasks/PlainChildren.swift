import CSagascope
import SagaTelemetry
import Synchronization
import TaskInspection

/// Children that no wrapper of ours started, where the runtime's layout is not known and so nothing tells their end: they are
/// structured, so they have ended when their parent task has.
enum PlainChildren {
    private static let children = Mutex<[UInt64: [UInt64]]>([:])

    static func add(_ child: sgs_task) { children.withLock { $0[child.parent, default: []].append(child.id) } }

    /// The parent has ended, or has left its saga.
    static func finish(of parent: UInt64) {
        guard let ids = children.withLock({ $0.isEmpty ? nil : $0.removeValue(forKey: parent) }) else { return }
        for id in ids {
            finish(of: id)
            guard let task = sgs_tasks_find(id) else { continue }
            // It ended when it last left a thread.
            let now = sgs_recording_ns()
            TaskSpan.record(plain: task.pointee, ended: now - sgs_word_age(sgs_task_word(task), now))
            SagaRuns.leave(task.pointee.run)
            sgs_tasks_remove(task)
        }
    }
}
