import SagaLog

/// Reads a store's durable records on from where it stopped. It never waits for one to come.
protocol LogFollowing {
    /// - Throws: what the store does; asked again, it goes on where the shadow stands.
    mutating func follow(_ shadow: inout LogShadow, now: UInt64) async throws
}

/// With the store's type; a tail that is kept does not have to find its place in the log again.
struct LogFollower<Store: SagaLogStore>: LogFollowing {
    private let store: Store
    private let definitions: SagaDefinitions
    private var records: Store.Records.AsyncIterator?

    init(_ store: Store, definitions: SagaDefinitions) {
        self.store = store
        self.definitions = definitions
    }

    mutating func follow(_ shadow: inout LogShadow, now: UInt64) async throws {
        do { try await read(&shadow, now: now) } catch SagaLogError.recycled {
            shadow = LogShadow(try await store.newestSnapshot(), definitions: definitions, now: now)
            try await read(&shadow, now: now)
        }
    }

    private mutating func read(_ shadow: inout LogShadow, now: UInt64) async throws {
        let durable = try await store.durablePosition()
        guard shadow.next <= durable else { return }
        var records =
            if let kept = self.records { kept } else { try await store.tail(from: shadow.next).makeAsyncIterator() }
        // One that has thrown is begun anew.
        self.records = nil
        var count = 0
        while shadow.next <= durable {
            guard let record = try await records.next() else { throw SagaLogError.closed }
            shadow.apply(record, now: now)
            count += 1
            // The thread is the sagas'.
            if count.isMultiple(of: 1_024) { await Task.yield() }
        }
        self.records = records
    }
}
