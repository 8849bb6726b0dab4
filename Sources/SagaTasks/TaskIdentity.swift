import CSagascope
import SagaTelemetry

/// The name and span of a task that one of our wrappers starts.
public final class TaskIdentity: Sendable {
    public let name: String
    /// The span that the task itself will be.
    public let span: TraceContext
    let mayOutliveSaga: Bool

    /// - Parameter mayOutliveSaga: no ghost, when it does.
    public init(name: String, span: TraceContext, mayOutliveSaga: Bool = false) {
        self.name = name
        self.span = span
        self.mayOutliveSaga = mayOutliveSaga
    }

    /// The task that this thread creates next shall be known by this identity, and a wrapper will tell its end. Between
    /// this and ``endLaunch()`` stands the creation of one task, and nothing that suspends.
    public func beginLaunch() { sgs_set_launching(Unmanaged.passUnretained(self).toOpaque()) }

    public func endLaunch() { sgs_set_launching(nil) }

    /// The identity of the task that this thread creates right now.
    static var launching: TaskIdentity? {
        // Whoever called `beginLaunch` on this thread holds the identity until `endLaunch`.
        sgs_launching().map { Unmanaged<TaskIdentity>.fromOpaque($0).takeUnretainedValue() }
    }
}
