/// What every task of one process was doing at one moment.
///
/// Weakly consistent: each task is read whole, one after the other, while the program goes on.
public struct TaskDump: Codable, Sendable, Equatable {
    /// Of this form. A reader that finds a greater one should say so.
    public var version = 1
    /// Nanoseconds since the Unix epoch.
    public var time: UInt64
    public var process: ProcessIdentity
    public var tiers: [TrackingTier]
    /// Tasks that the table had no room for since the process began.
    public var untracked: UInt64
    public var tasks: [LiveTask]
    /// The distinct async stacks, innermost frame first; ``LiveTask/stack`` is a position in here.
    public var stacks: [[StackFrame]]
    /// Tasks that wait for each other in a circle, each cycle by the ids of its tasks.
    public var cycles: [[UInt64]]
    /// Why the dump was made, where a saga's failure is the reason: then it is of that run's tasks, and of those they wait for.
    public var failure: SagaFailure?

    public init(
        time: UInt64, process: ProcessIdentity, tiers: [TrackingTier], untracked: UInt64 = 0, tasks: [LiveTask],
        stacks: [[StackFrame]] = [], cycles: [[UInt64]] = [], failure: SagaFailure? = nil
    ) {
        self.time = time
        self.process = process
        self.tiers = tiers
        self.untracked = untracked
        self.tasks = tasks
        self.stacks = stacks
        self.cycles = cycles
        self.failure = failure
    }

    enum CodingKeys: String, CodingKey {
        case version, process, tiers, untracked, tasks, stacks, cycles, failure
        case time = "time_unix_nano"
    }
}

/// The process that was looked into.
public struct ProcessIdentity: Codable, Sendable, Equatable {
    public var id: Int32
    /// The name of its executable.
    public var name: String

    public init(id: Int32, name: String) {
        self.id = id
        self.name = name
    }
}
