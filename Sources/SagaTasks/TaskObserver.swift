import CSagascope
import SagaTelemetry
import TaskInspection

/// What happens at the transitions of tasks: new ones get their saga, saga tasks are measured, and their ends are told.
enum TaskObserver {
    /// Does it once.
    static let install: Void = {
        var functions = sgs_task_observer(
            created: { task, creator in if let task { TaskObserver.created(task, by: creator) } },
            unblocked: { task, blocked, waker, now in
                if let task { TaskObserver.unblocked(task, after: blocked, by: waker, at: now) }
            },
            began: { task, ready in task?.pointee.instruments?.ready.record(nanoseconds: ready) },
            ran: { scope, busy in TaskInstruments.at(scope)?.busy.record(nanoseconds: busy) },
            hogged: { task, busy in WarningEvent.hogged(task, busy: busy) },
            ended: { task, now in if let task { TaskObserver.ended(task, at: now) } })
        sgs_tasks_observe(&functions)
    }()

    /// Runs in the creator's context: its task-locals tell the saga, also for `Task.detached`, which does not inherit them.
    private static func created(_ task: TaskRecord, by creator: UnsafePointer<sgs_task>?) {
        let identity = TaskIdentity.launching
        if let identity {
            task.set(SGS_TASK_IS_NAMED)
            task.setName(identity.name)
        }
        // One that was alive before is being woken, perhaps by somebody else's task. Without the layout that cannot be told
        // once the table has been full.
        let mayBeOld = !task.has(SGS_TASK_HAS_END) && identity == nil && sgs_tasks_refused() > 0
        let isNew = !task.has(SGS_TASK_JOINED) && task.pointee.parent != 0 && !mayBeOld
        if isNew, let saga = SagaContext.current {
            let scope = UInt16(truncatingIfNeeded: saga.tracking.scope)
            join(task, saga.tracking.run, scope, identity?.span ?? TraceContext.active)
        } else if let creator = creator?.pointee {
            join(task, creator.run, creator.scope, identity?.span ?? creator.traceContext)
        }
        if identity?.mayOutliveSaga == true || creator?.pointee.has(SGS_TASK_MAY_OUTLIVE) == true {
            task.set(SGS_TASK_MAY_OUTLIVE)
        }
    }

    private static func join(_ task: TaskRecord, _ run: UInt32, _ scope: UInt16, _ context: TraceContext?) {
        guard run != 0 else { return }
        sgs_run_joined(run)
        sgs_task_set_run(task, run)
        sgs_task_set_scope(task, scope)
        task.context = context
        if task.pointee.parent != 0 { RunNotes.created(task.pointee, by: task.pointee.parent) }
        if !task.has(SGS_TASK_HAS_END), !task.has(SGS_TASK_IS_NAMED) { PlainChildren.add(task.pointee) }
    }

    private static func unblocked(_ task: TaskRecord, after blocked: UInt64, by waker: UInt64, at now: UInt64) {
        let task = task.pointee
        RunNotes.waited(task, for: blocked, waker: waker, until: now)
        task.instruments?.blocked(task.blockReason).record(nanoseconds: blocked)
        guard blocked >= TaskTracking.blockedThreshold else { return }
        let name = task.name.map { String(cString: $0) }
        if task.reported & UInt8(SGS_REPORTED_BLOCKED) == 0 {
            BlockedEvent.blocked(task, name: name, since: now - blocked)
        }
        BlockedEvent.unblocked(task, name: name, at: now, after: blocked)
    }

    private static func ended(_ task: TaskRecord, at now: UInt64) {
        guard task.pointee.run != 0 else { return }
        // One that joined late had no room in the table before, or ran where nobody saw it: its wrapper tells of it, if any.
        if !task.has(SGS_TASK_IS_NAMED), !task.has(SGS_TASK_JOINED) { TaskSpan.record(plain: task.pointee, ended: now) }
        PlainChildren.finish(of: task.pointee.id)
        SagaRuns.leave(task.pointee.run)
    }
}
