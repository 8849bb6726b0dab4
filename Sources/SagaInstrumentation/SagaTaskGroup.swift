import SagaTasks

/// Runs parallel steps and tasks of a saga; returns when all have ended. The first error cancels the others and is thrown.
///
/// ```swift
/// try await withSagaTaskGroup { group in
///     group.addStep("charge-card") { try await payment.charge(order) }
///     group.addStep("book-shipping") { try await shipping.book(order) }
/// }
/// ```
public func withSagaTaskGroup<Value>(
    isolation: isolated (any Actor)? = #isolation, body: (inout SagaTaskGroup<Void>) async throws -> Value
) async throws -> Value {
    try await withSagaTaskGroup(of: Void.self, body: body)
}

/// The same for tasks that have results: take them by ``SagaTaskGroup/next()``.
public func withSagaTaskGroup<ChildResult: Sendable, Value>(
    of childResult: ChildResult.Type,
    isolation: isolated (any Actor)? = #isolation,
    body: (inout SagaTaskGroup<ChildResult>) async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: childResult) { group in
        var group = SagaTaskGroup(group)
        let value = try await body(&group)
        try await group.waitForAll()
        return value
    }
}

/// The group inside ``withSagaTaskGroup(of:isolation:body:)``.
public struct SagaTaskGroup<ChildResult: Sendable> {
    private var group: ThrowingTaskGroup<ChildResult, any Error>

    fileprivate init(_ group: ThrowingTaskGroup<ChildResult, any Error>) { self.group = group }

    /// Adds a task that runs one attempt of a step.
    public mutating func addStep(
        _ name: String, attempt: Int = 1, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async throws -> ChildResult
    ) {
        addTask(name, priority: priority) {
            try await withStep(name, attempt: attempt) { try await operation() }
        }
    }

    /// Adds a task that is no step of its own.
    public mutating func addTask(
        _ name: String, priority: TaskPriority? = nil,
        operation: sending @escaping @isolated(any) () async throws -> ChildResult
    ) {
        let launch = TaskLaunch(name)
        launch.begin()
        defer { launch.end() }
        group.addTask(name: name, priority: priority) { try await launch.run(operation) }
    }

    /// The next result in the order of completion; nil when every task has ended.
    public mutating func next() async throws -> ChildResult? {
        RunTracker.willWait(for: .group)
        defer { RunTracker.willWait(for: .unknown) }
        return try await group.next()
    }

    /// Waits for every task that is left; throws the first error. The group does so by itself at its end.
    public mutating func waitForAll() async throws {
        while try await next() != nil {}
    }

    public func cancelAll() { group.cancelAll() }

    public var isCancelled: Bool { group.isCancelled }

    public var isEmpty: Bool { group.isEmpty }
}
