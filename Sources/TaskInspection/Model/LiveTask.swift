/// One live task. Durations are nanoseconds.
public struct LiveTask: Codable, Sendable, Equatable, Identifiable {
    /// The runtime's id, which no other task of the process ever has.
    public var id: UInt64
    /// The task that created it, if a task did.
    public var parent: UInt64?
    public var name: String?
    public var kind: Kind
    /// The saga run it belongs to.
    public var saga: SagaMembership?
    public var state: State
    /// How long it has been in `state`.
    public var stateAge: UInt64
    /// Since its creation, or since it was first seen.
    public var age: UInt64
    /// Sums of the time in each state, the present one included.
    public var ready: UInt64
    public var busy: UInt64
    public var blocked: UInt64
    /// How often a thread took it.
    public var runs: UInt32
    /// A raw value of `TaskPriority`.
    public var priority: UInt8
    public var isCancelled: Bool
    /// nil where that is not known, and while it does not wait.
    public var waitsFor: WaitTarget?
    /// A position in ``TaskDump/stacks``; nil for a running task, and where stacks cannot be read.
    public var stack: Int?
    /// What is wrong with it, by the raw values of the warnings.
    public var warnings: [String]

    public init(
        id: UInt64, parent: UInt64? = nil, name: String? = nil, kind: Kind = .task, saga: SagaMembership? = nil,
        state: State, stateAge: UInt64 = 0, age: UInt64 = 0, ready: UInt64 = 0, busy: UInt64 = 0, blocked: UInt64 = 0,
        runs: UInt32 = 0, priority: UInt8 = 0, isCancelled: Bool = false, waitsFor: WaitTarget? = nil,
        stack: Int? = nil, warnings: [String] = []
    ) {
        self.id = id
        self.parent = parent
        self.name = name
        self.kind = kind
        self.saga = saga
        self.state = state
        self.stateAge = stateAge
        self.age = age
        self.ready = ready
        self.busy = busy
        self.blocked = blocked
        self.runs = runs
        self.priority = priority
        self.isCancelled = isCancelled
        self.waitsFor = waitsFor
        self.stack = stack
        self.warnings = warnings
    }

    enum CodingKeys: String, CodingKey {
        case id, parent, name, kind, saga, state, runs, priority, stack, warnings
        case stateAge = "state_age_ns"
        case age = "age_ns"
        case ready = "ready_ns"
        case busy = "busy_ns"
        case blocked = "blocked_ns"
        case isCancelled = "cancelled"
        case waitsFor = "waits_for"
    }

    /// What a task does right now.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// Enqueued, waiting for a thread or for an actor.
        case ready
        /// On a thread.
        case running
        /// Suspended: it waits for something.
        case blocked
    }

    /// How a task was made.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// `Task { }`, `Task.detached`, or the task of `main`.
        case task
        case asyncLet = "async_let"
        /// A child in a task group.
        case groupChild = "group_child"
        case unknown
    }
}

/// The saga run a task belongs to.
public struct SagaMembership: Codable, Sendable, Equatable, Hashable {
    public var saga: String
    /// `saga.run.id`
    public var run: String
    /// The step it was made in, or that its own body is inside of.
    public var step: String?
    /// The run has ended, the task has not.
    public var isOrphan: Bool

    public init(saga: String, run: String, step: String? = nil, isOrphan: Bool = false) {
        self.saga = saga
        self.run = run
        self.step = step
        self.isOrphan = isOrphan
    }

    enum CodingKeys: String, CodingKey {
        case run, step
        case saga = "name"
        case isOrphan = "orphan"
    }
}
