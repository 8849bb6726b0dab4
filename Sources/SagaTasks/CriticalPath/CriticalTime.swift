public import SagaTelemetry

/// What the time of a finished run was spent on most: the step with the largest share of its critical path.
public struct CriticalTime: Sendable {
    private let step: String?
    private let spending: CriticalPath.Spending
    /// In ns.
    private let duration: UInt64
    private let share: Double
    private let isComplete: Bool

    /// Runs that are over sooner have no path: it would take a part of their time to find it. In ns.
    static let least: UInt64 = 1_000_000

    /// Records the path's times by step.
    /// - Returns: nil for a path without time.
    static func record(_ path: CriticalPath) -> CriticalTime? {
        let steps = Dictionary(grouping: path.durations, by: \.key.scope)
        for (scope, parts) in steps {
            TaskInstruments.at(scope)?.critical.record(nanoseconds: parts.reduce(0) { $0 + $1.value })
        }
        guard let largest = path.largest, path.total > 0 else { return nil }
        return CriticalTime(
            step: TaskInstruments.at(largest.scope)?.step, spending: largest.spending, duration: largest.duration,
            share: Double(largest.duration) / Double(path.total), isComplete: path.isComplete)
    }

    /// Sets the attributes of the run's span.
    public func describe(_ span: inout TraceSpan) {
        if let step { span.set("saga.critical.step", step) }
        span.set("saga.critical.wait", spending.rawValue)
        span.set("saga.critical.duration", duration.seconds)
        span.set("saga.critical.share", share)
        span.set("saga.critical.complete", isComplete)
    }
}
