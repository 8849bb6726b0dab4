/// What a task does right now. Raw values are `saga.task.state`.
public enum TaskState: String, Sendable, CaseIterable {
    /// Enqueued, waiting for a thread.
    case ready
    /// On a thread.
    case running
    /// Suspended: it waits for something.
    case blocked
}

/// What a blocked task waits for, as far as our own wrappers know without looking into the runtime. Raw values are
/// `saga.block.reason`.
public enum BlockReason: String, Sendable, CaseIterable {
    /// A continuation, a timer, an actor, another library. The first, since a record begins with it.
    case unknown
    /// The value of a ``SagaTask``.
    case task
    /// The next result of a saga task group.
    case group
}
