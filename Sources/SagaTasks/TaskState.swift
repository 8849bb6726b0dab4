/// What a task does right now. Raw values are `saga.task.state`.
public enum TaskState: String, Sendable, CaseIterable {
    /// Enqueued, waiting for a thread.
    case ready
    /// On a thread.
    case running
    /// Suspended: it waits for something.
    case blocked
}

/// What a blocked task waits for, as far as tier 1 knows: only our own wrappers know exactly. Raw values are
/// `saga.block.reason`.
public enum BlockReason: String, Sendable, CaseIterable {
    /// The value of a ``SagaTask``.
    case task
    /// The next result of a saga task group.
    case group
    /// Anything else: a continuation, a timer, an actor, another library.
    case unknown
}
