import SagaTelemetry
import Synchronization

/// What one run holds: connections, files, locks. What it still holds when it has ended is a leak, and is closed then.
///
/// Bound around a run; every task of the run finds it.
public final class ResourceTable: ResourceOwner {
    @TaskLocal public static var current: ResourceTable?

    private struct State {
        var isClosed = false
        var nextID: UInt64 = 0
        /// Empty from the end of the run on: what cannot be closed shall not keep the table.
        var held: [UInt64: ResourceEntry] = [:]
        /// What the end of the run tells of.
        var told: Set<UInt64> = []
        /// Of what could not be released, found before the end.
        var leaks: [ResourceLeak] = []
    }

    private let saga: String
    private let run: String
    private let clock: RuntimeClock
    let executor: (any TaskExecutor)?
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - run: `saga.run.id`.
    ///   - executor: of the tasks that release and reclaim.
    ///   - limit: how much can be reclaimed; what comes beyond is counted and not tracked.
    package init(
        saga: String, run: String, clock: RuntimeClock, executor: (any TaskExecutor)? = nil, limit: Int = 1024
    ) {
        self.saga = saga
        self.run = run
        self.clock = clock
        self.executor = executor
        self.limit = limit
    }

    // MARK: holding

    /// Tells that the run holds something beyond a scope.
    ///
    /// ```swift
    /// let lease = ResourceTable.current?.lease("connection") { try await connection.close() }
    /// ```
    /// - Parameters:
    ///   - kind: `saga.resource.kind`, of few different values.
    ///   - close: called at most once, when the run has ended and the lease was not released, or by ``ResourceLease/close()``.
    public func lease(_ kind: String, close: @escaping @Sendable () async throws -> Void) -> ResourceLease {
        ResourceLease(enter(kind, close: close))
    }

    func enter(_ kind: String, close: @escaping @Sendable () async throws -> Void) -> ResourceEntry {
        let resource = HeldResource(
            kind: kind, saga: saga, run: run, step: SagaContext.current?.step, since: clock.now)
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let entry = ResourceEntry(id: id, resource, owner: self, close: close)
        let isTracked = state.withLock { state in
            guard !state.isClosed, state.held.count < limit else { return false }
            state.held[id] = entry
            return true
        }
        if !isTracked { ResourceInstruments.untracked(kind) }
        return entry
    }

    func forget(_ entry: ResourceEntry) { state.withLock { $0.held[entry.id] = nil } }

    /// What is held, the oldest first.
    public var held: [HeldResource] {
        state.withLock(\.held).values.sorted { $0.id < $1.id }.map(\.description)
    }

    // MARK: leaks

    /// It was to be released, and that failed; unless the end of the run has told of it.
    func note(_ entry: ResourceEntry, _ error: any Error) {
        let isTold = state.withLock { state in
            state.held[entry.id] = nil
            return state.told.contains(entry.id)
        }
        guard !isTold else { return }
        let leak = tell(ResourceLeak(resource: entry.description, isRecovered: false, error: error))
        state.withLock { state in
            if !state.isClosed, state.leaks.count < limit { state.leaks.append(leak) }
        }
    }

    @discardableResult
    private func tell(_ leak: ResourceLeak) -> ResourceLeak {
        let (now, since) = (clock.now, leak.resource.since)
        ResourceInstruments.leaked(leak, age: now - min(now, since), context: SagaContext.current?.trace)
        return leak
    }

    /// The run has ended: closes what it still holds, all at once, also when the calling task is cancelled.
    ///
    /// What is just being released elsewhere is a leak too, since its owner has ended; it is not closed a second time.
    /// - Parameter grace: how long the closers may take. One that takes longer is cancelled and left behind.
    /// - Returns: the leaks of the whole run, those of the end in the order of acquiring. A further call returns nothing.
    package func close(grace: Duration) async -> [ResourceLeak] {
        let (entries, found) = state.withLock { state -> ([ResourceEntry], [ResourceLeak]) in
            guard !state.isClosed else { return ([], []) }
            state.isClosed = true
            state.told = Set(state.held.keys)
            defer { (state.held, state.leaks) = ([:], []) }
            return (state.held.values.sorted { $0.id < $1.id }, state.leaks)
        }
        guard !entries.isEmpty else { return found }
        // A run's deadline is over for the run, and its cancellation is.
        let reclaimed = await SagaDeadline.$current.withValue(nil) {
            await Task(executorPreference: executor) { await self.reclaim(entries, grace: grace) }.value
        }
        return found + reclaimed
    }

    private func reclaim(_ entries: [ResourceEntry], grace: Duration) async -> [ResourceLeak] {
        let end = clock.instant(after: grace)
        return await withTaskGroup(of: (Int, ResourceLeak).self) { group in
            for (index, entry) in entries.enumerated() {
                group.addTask(executorPreference: self.executor) { (index, await self.reclaim(entry, until: end)) }
            }
            var leaks: [(index: Int, leak: ResourceLeak)] = []
            for await leak in group { leaks.append(leak) }
            return leaks.sorted { $0.index < $1.index }.map { tell($0.leak) }
        }
    }

    private func reclaim(_ entry: ResourceEntry, until end: UInt64) async -> ResourceLeak {
        guard entry.claim() else { return ResourceLeak(resource: entry.description, isRecovered: false, error: nil) }
        do {
            try await withDeadline(end, clock: clock, executor: executor, grace: .zero) {
                try await entry.closeClaimed()
            }
            return ResourceLeak(resource: entry.description, isRecovered: true, error: nil)
        } catch {
            return ResourceLeak(resource: entry.description, isRecovered: false, error: error)
        }
    }
}
