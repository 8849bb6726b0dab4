/// What a blocked or ready task waits for.
public struct WaitTarget: Codable, Sendable, Equatable, Hashable {
    public var kind: Kind
    /// The tasks it waits for: one, or the children of a group that are alive.
    public var tasks: [UInt64]
    /// The type of the actor or executor.
    public var executor: String?

    public init(_ kind: Kind, tasks: [UInt64] = [], executor: String? = nil) {
        self.kind = kind
        self.tasks = tasks
        self.executor = executor
    }

    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// The value of another task.
        case task
        /// The next result of a task group.
        case group
        /// Somebody who resumes a continuation.
        case continuation
        /// A clock: `Task.sleep`.
        case timer
        /// Its turn on an actor or executor.
        case executor
        case unknown
    }
}
