import SagaTasks

/// A task that belongs to the saga which creates it: stands where `Task { }` stood.
///
/// ```swift
/// SagaTask("notify") { await mail.send(order) }
/// ```
/// It inherits what `Task { }` inherits (priority, task-locals, actor isolation), and is tracked under its name. It may
/// outlive the run.
public struct SagaTask<Success: Sendable, Failure: Error>: Sendable {
    /// The task itself, for whatever this type does not offer.
    public let task: Task<Success, Failure>
    private let launch: TaskLaunch

    public func cancel() { task.cancel() }

    public var isCancelled: Bool { task.isCancelled }
}

extension SagaTask where Failure == Never {
    @discardableResult
    public init(
        _ name: String, priority: TaskPriority? = nil,
        @_inheritActorContext @_implicitSelfCapture operation: sending @escaping @isolated(any) () async -> Success
    ) {
        let launch = TaskLaunch(name)
        self.launch = launch
        task = Task(name: name, executorPreference: launch.tracker, priority: priority) { await launch.run(operation) }
    }

    public var value: Success {
        get async {
            launch.tracker?.willWait(for: .task)
            defer { launch.tracker?.willWait(for: .unknown) }
            return await task.value
        }
    }
}

extension SagaTask where Failure == any Error {
    @discardableResult
    public init(
        _ name: String, priority: TaskPriority? = nil,
        @_inheritActorContext @_implicitSelfCapture
        operation: sending @escaping @isolated(any) () async throws -> Success
    ) {
        let launch = TaskLaunch(name)
        self.launch = launch
        task = Task(name: name, executorPreference: launch.tracker, priority: priority) {
            try await launch.run(operation)
        }
    }

    public var value: Success {
        get async throws {
            launch.tracker?.willWait(for: .task)
            defer { launch.tracker?.willWait(for: .unknown) }
            return try await task.value
        }
    }
}
