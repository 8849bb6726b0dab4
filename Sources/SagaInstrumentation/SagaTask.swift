import SagaTasks
import SagaTelemetry

/// A task that belongs to the saga which creates it: stands where `Task { }` stood.
///
/// ```swift
/// SagaTask("notify") { await mail.send(order) }
/// ```
/// It inherits what `Task { }` inherits (priority, task-locals, actor isolation), and is tracked under its name. One that
/// is alive when the run has ended is told of as an orphan; `mayOutliveSaga` says that it, and what it creates, is meant to be.
/// An operation that is isolated to an actor begins on the pool and goes to the actor from there, so that
/// several tasks of one actor need not begin in the order in which they were made.
public struct SagaTask<Success: Sendable, Failure: Error>: Sendable {
    /// The task itself, for whatever this type does not offer.
    public let task: Task<Success, Failure>
    private let launch: TaskLaunch

    private init(task: Task<Success, Failure>, launch: TaskLaunch) {
        self.task = task
        self.launch = launch
    }

    public func cancel() { task.cancel() }

    public var isCancelled: Bool { task.isCancelled }
}

extension SagaTask where Failure == Never {
    @discardableResult
    public init(
        _ name: String, priority: TaskPriority? = nil, mayOutliveSaga: Bool = false,
        @_inheritActorContext @_implicitSelfCapture operation: sending @escaping @isolated(any) () async -> Success
    ) {
        let launch = TaskLaunch(name, mayOutliveSaga: mayOutliveSaga)
        launch.begin()
        defer { launch.end() }
        let task = Task(name: name, executorPreference: launch.executor, priority: priority) {
            await launch.run(operation)
        }
        self.init(task: task, launch: launch)
    }

    /// Stands where `Task.detached { }` stood: no priority and no actor are inherited. The saga's context is, and nothing
    /// else of the task-locals: it is why the task is wrapped.
    @discardableResult
    public static func detached(
        _ name: String, priority: TaskPriority? = nil, mayOutliveSaga: Bool = false,
        operation: sending @escaping @isolated(any) () async -> Success
    ) -> SagaTask {
        let launch = TaskLaunch(name, mayOutliveSaga: mayOutliveSaga)
        launch.begin()
        defer { launch.end() }
        let context = SagaContext.current
        let task = Task.detached(name: name, executorPreference: launch.executor, priority: priority) {
            await withInherited(context) { await launch.run(operation) }
        }
        return SagaTask(task: task, launch: launch)
    }

    public var value: Success {
        get async {
            RunTracker.willWait(for: .task)
            defer { RunTracker.willWait(for: .unknown) }
            return await task.value
        }
    }
}

extension SagaTask where Failure == any Error {
    @discardableResult
    public init(
        _ name: String, priority: TaskPriority? = nil, mayOutliveSaga: Bool = false,
        @_inheritActorContext @_implicitSelfCapture
        operation: sending @escaping @isolated(any) () async throws -> Success
    ) {
        let launch = TaskLaunch(name, mayOutliveSaga: mayOutliveSaga)
        launch.begin()
        defer { launch.end() }
        let task = Task(name: name, executorPreference: launch.executor, priority: priority) {
            try await launch.run(operation)
        }
        self.init(task: task, launch: launch)
    }

    /// The same as the one that cannot throw.
    @discardableResult
    public static func detached(
        _ name: String, priority: TaskPriority? = nil, mayOutliveSaga: Bool = false,
        operation: sending @escaping @isolated(any) () async throws -> Success
    ) -> SagaTask {
        let launch = TaskLaunch(name, mayOutliveSaga: mayOutliveSaga)
        launch.begin()
        defer { launch.end() }
        let context = SagaContext.current
        let task = Task.detached(name: name, executorPreference: launch.executor, priority: priority) {
            try await withInherited(context) { try await launch.run(operation) }
        }
        return SagaTask(task: task, launch: launch)
    }

    public var value: Success {
        get async throws {
            RunTracker.willWait(for: .task)
            defer { RunTracker.willWait(for: .unknown) }
            return try await task.value
        }
    }
}
