/// Acquires a resource for `body` and releases it when that has ended, however it ended, also when the task is cancelled.
///
/// ```swift
/// try await withResource(kind: "connection") {
///     try await pool.connection()
/// } release: { connection in
///     try await pool.giveBack(connection)
/// } body: { connection in
///     try await connection.execute("UPDATE stock …")
/// }
/// ```
/// While it is held it is in the run's ``ResourceTable``: a step that was left behind with a resource in its hands does not keep
/// it from being closed when the run has ended. `release` is called at most once, in a task of its own that nobody cancels.
///
/// - Parameter kind: `saga.resource.kind`, of few different values.
/// - Throws: what `acquire` or `body` throws; what `release` throws where `body` succeeded. What was not released counts as held
///   until the process ends and, in a run, as a leak.
public func withResource<Resource: Sendable, Value>(
    kind: String, isolation: isolated (any Actor)? = #isolation,
    acquire: () async throws -> Resource, release: @escaping @Sendable (Resource) async throws -> Void,
    body: (Resource) async throws -> Value
) async throws -> Value {
    let resource = try await acquire()
    let entry = ResourceEntry.held(kind) { try await release(resource) }
    let value: Value
    do {
        value = try await body(resource)
    } catch {
        // The first error is the one to know of; the other is told with the leak.
        try? await entry.closeShielded()
        throw error
    }
    try await entry.closeShielded()
    return value
}

extension ResourceEntry {
    fileprivate static func held(_ kind: String, close: @escaping @Sendable () async throws -> Void) -> ResourceEntry {
        if let table = ResourceTable.current { return table.enter(kind, close: close) }
        let resource = HeldResource(kind: kind, saga: "", run: "", step: nil, since: 0)
        return ResourceEntry(id: 0, resource, owner: nil, close: close)
    }

    /// Closes it although the task may be cancelled, and its deadline over.
    fileprivate func closeShielded() async throws {
        try await SagaDeadline.$current.withValue(nil) {
            try await Task(executorPreference: ResourceTable.current?.executor) { try await self.close() }.value
        }
    }
}
