import CSagascope
import SagaTelemetry

/// The span of a tracked task, written when the task has ended.
enum TaskSpan {
    /// - Parameter end: on the recording clock, which the spans around it go by too.
    static func record(_ task: TaskRecord, end: UInt64, error: String?) {
        guard let context = context(of: task), context.isRecorded else { return }
        let name = task.identity?.name ?? ""
        var span = TraceSpan(
            name.isEmpty ? "task" : "task \(name)", kind: .internal, context: context, parent: task.creator,
            startTime: unixTime(task.created))
        span.set("saga.name", task.instruments.saga)
        if let step = task.instruments.step { span.set("saga.step.name", step) }
        span.set("saga.task.id", Int64(bitPattern: task.id))
        if task.run > 0 {
            span.set("saga.task.parent.id", Int64(bitPattern: task.parent))
            span.set("saga.task.polls", Int(task.run))
            span.set("saga.task.busy.duration", seconds(task.busy))
            span.set("saga.task.ready.duration", seconds(task.ready))
            span.set("saga.task.blocked.duration", seconds(task.blocked))
        }
        if let error { span.set("error.type", error) }
        span.end(error.map { .error($0) } ?? .unset, at: unixTime(end))
    }

    /// A wrapper's task has its span's identity from the start; a plain child gets one now; the run's own task has none.
    private static func context(of task: TaskRecord) -> TraceContext? {
        if let identity = task.identity { return identity.span }
        return task.creator?.child(.random())
    }
}

/// The events that tell of long suspensions.
enum BlockedEvent {
    static func blocked(_ task: TaskRecord, reason: BlockReason, since: UInt64) {
        TelemetryEvent.emit(
            EventCatalogue.stepBlocked, severity: .warn, context: task.identity?.span ?? task.creator,
            time: unixTime(since)
        ) { event in
            describe(task, reason, &event)
        }
    }

    static func unblocked(_ task: TaskRecord, reason: BlockReason, at now: UInt64, after duration: UInt64) {
        TelemetryEvent.emit(
            EventCatalogue.stepUnblocked, context: task.identity?.span ?? task.creator, time: unixTime(now)
        ) { event in
            describe(task, reason, &event)
            event.set("saga.block.duration", seconds(duration))
        }
    }

    private static func describe(_ task: TaskRecord, _ reason: BlockReason, _ event: inout EventAttributes) {
        event.set("saga.name", task.instruments.saga)
        if let step = task.instruments.step { event.set("saga.step.name", step) }
        event.set("saga.task.id", Int64(bitPattern: task.id))
        if let name = task.identity?.name, !name.isEmpty { event.set("saga.task.name", name) }
        event.set("saga.block.reason", reason.rawValue)
    }
}

private func seconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) * 1e-9 }

private func unixTime(_ monotonic: UInt64) -> UInt64 { sgs_unix_from_monotonic(monotonic) }
