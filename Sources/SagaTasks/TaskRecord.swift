import CSagascope
import SagaTelemetry

/// What is known of one live task. Times are nanoseconds of the recording clock.
struct TaskRecord {
    let id: UInt64
    let parent: UInt64
    let created: UInt64
    /// The span that was current when the task was created.
    let creator: TraceContext?
    /// Set by our wrappers; a task without one is a plain child, whose end is known only afterwards.
    var identity: TaskIdentity?
    var state: TaskState
    /// When `state` began.
    var since: UInt64
    /// Counts runs, so that a run that returns late cannot touch the next one.
    var run: UInt32 = 0
    var busy: UInt64 = 0
    var ready: UInt64 = 0
    var blocked: UInt64 = 0
    var reason = BlockReason.unknown
    /// A `.blocked` event is out for the present suspension.
    var isReported = false
    /// Children without a wrapper: structured, so they end before this task does.
    var plainChildren: [UInt64] = []
    /// The steps this task is inside of, innermost last.
    var steps: [OpenStep] = []
    /// The step that it has left last: from when to when it was inside.
    var leftStep: ClosedRange<UInt64>?
    var instruments: TaskInstruments

    init(
        id: UInt64, parent: UInt64, created: UInt64, creator: TraceContext?, state: TaskState,
        instruments: TaskInstruments
    ) {
        self.id = id
        self.parent = parent
        self.created = created
        self.creator = creator
        self.state = state
        self.since = created
        self.instruments = instruments
    }
}

/// A step that a task is inside of.
struct OpenStep {
    let entered: UInt64
    /// What the task's times counted for before.
    let outer: TaskInstruments
}

/// The name and span of a task that one of our wrappers starts.
public final class TaskIdentity: Sendable {
    public let name: String
    /// The span that the task itself will be; nil when no span shall be made for it (the run's own task).
    public let span: TraceContext?

    public init(name: String, span: TraceContext?) {
        self.name = name
        self.span = span
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
