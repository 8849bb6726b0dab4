import CSagascope
import SagaTelemetry

/// The events that tell of long suspensions.
enum BlockedEvent {
    /// - Parameter since: on the recording clock.
    static func blocked(_ task: sgs_task, name: String?, since: UInt64) {
        TelemetryEvent.emit(
            EventCatalogue.stepBlocked, severity: .warn, context: task.traceContext,
            time: sgs_unix_from_monotonic(since)
        ) { event in
            describe(task, name, &event)
        }
    }

    static func unblocked(_ task: sgs_task, name: String?, at now: UInt64, after duration: UInt64) {
        TelemetryEvent.emit(
            EventCatalogue.stepUnblocked, context: task.traceContext, time: sgs_unix_from_monotonic(now)
        ) { event in
            describe(task, name, &event)
            event.set("saga.block.duration", duration.seconds)
        }
    }

    private static func describe(_ task: sgs_task, _ name: String?, _ event: inout EventAttributes) {
        event.set(task: task, name)
        event.set("saga.block.reason", task.blockReason.rawValue)
    }
}

extension EventAttributes {
    /// Which task of which saga.
    mutating func set(task: sgs_task, _ name: String?) {
        if let instruments = task.instruments {
            set("saga.name", instruments.saga)
            if let step = instruments.step { set("saga.step.name", step) }
        }
        set("saga.task.id", Int64(bitPattern: task.id))
        if let name { set("saga.task.name", name) }
    }
}
