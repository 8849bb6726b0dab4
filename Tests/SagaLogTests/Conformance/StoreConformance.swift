import SagaLog
import SagaTelemetry
import Testing

/// What every store of sagas' records has to do, whatever it keeps them in.
///
/// A store's tests call ``run(_:)`` with a way to open it: each call opens the same store anew, as after a restart.
struct StoreConformance<Store: SagaLogStore>: Sendable {
    let open: @Sendable () async throws -> Store
    let close: @Sendable (Store) async throws -> Void

    func run() async throws {
        try await with(recordsAreDenseAndInOrder)
        try await with(aRepeatIsOneRecord)
        try await with(anotherRecordWithANumberIsRefused)
        try await with(anEpochThatIsOverIsRefused)
        try await with(batchesAreWhole)
        try await with(manyRunsAtOnce)
        try await with(tailsFollow)
        try await with(aTailEndsWithItsTask)
        try await with(leasesAreOneOwners)
        try await restartsKeepWhatWasAcknowledged()
        try await snapshotsHoldOpenRuns()
    }

    private func with(_ check: (Store) async throws -> Void) async throws {
        let store = try await open()
        do { try await check(store) } catch {
            try await close(store)
            throw error
        }
        try await close(store)
    }

    private func read(_ store: Store, from first: LSN = .first) async throws -> [LogRecord] {
        var records: [LogRecord] = []
        for try await record in try await store.records(from: first) { records.append(record) }
        return records
    }

    private func entry(_ sequence: UInt32, _ kind: LogRecordKind = .note, _ payload: [UInt8] = []) -> LogEntry {
        LogEntry(kind, sequence: sequence, name: "conformance", payload: payload)
    }

    // MARK: appending

    private func recordsAreDenseAndInOrder(_ store: Store) async throws {
        let run = TraceID.random()
        var last = try await store.durablePosition()
        for sequence in 0..<20 as Range<UInt32> {
            let lsn = try await store.append([entry(sequence, .note, [UInt8(sequence)])], run: run, epoch: store.epoch)
            #expect(lsn == last.advanced(by: 1))
            #expect(try await store.durablePosition() >= lsn)
            last = lsn
        }
        let own = try await read(store).filter { $0.run == run }
        #expect(own.map(\.entry.sequence) == Array(0..<20))
        #expect(own.map(\.entry.payload) == (0..<20).map { [$0] })
        #expect(own.allSatisfy { $0.epoch == store.epoch && $0.time > 0 })
    }

    private func aRepeatIsOneRecord(_ store: Store) async throws {
        let run = TraceID.random()
        let first = try await store.append([entry(0), entry(1)], run: run, epoch: store.epoch)
        for _ in 0..<10 {
            #expect(try await store.append([entry(1)], run: run, epoch: store.epoch) == first)
            #expect(try await store.append([entry(0), entry(1)], run: run, epoch: store.epoch) == first)
        }
        // A storm of repeats of one that is new.
        let places = try await withThrowingTaskGroup(of: LSN.self) { group in
            for _ in 0..<32 {
                group.addTask { try await store.append([entry(2)], run: run, epoch: store.epoch) }
            }
            return try await group.reduce(into: Set<LSN>()) { $0.insert($1) }
        }
        #expect(places.count == 1)
        #expect(try await read(store).filter { $0.run == run }.count == 3)
    }

    private func anotherRecordWithANumberIsRefused(_ store: Store) async throws {
        let run = TraceID.random()
        let first = try await store.append([entry(0)], run: run, epoch: store.epoch)
        await #expect(throws: SagaLogError.conflict(sequence: 0, existing: first)) {
            try await store.append([entry(0, .runStarted)], run: run, epoch: store.epoch)
        }
        await #expect(throws: SagaLogError.sequenceGap(sequence: 2, expected: 1)) {
            try await store.append([entry(2)], run: run, epoch: store.epoch)
        }
        #expect(try await store.durablePosition() == first)
    }

    private func anEpochThatIsOverIsRefused(_ store: Store) async throws {
        let before = try await store.durablePosition()
        await #expect(throws: SagaLogError.fenced(epoch: store.epoch - 1, current: store.epoch)) {
            try await store.append([entry(0)], run: .random(), epoch: store.epoch - 1)
        }
        #expect(try await store.durablePosition() == before)
    }

    private func batchesAreWhole(_ store: Store) async throws {
        let run = TraceID.random()
        let last = try await store.append((0..<5).map { entry($0) }, run: run, epoch: store.epoch)
        let records = try await read(store).filter { $0.run == run }
        #expect(records.allSatisfy { $0.batch == last.advanced(by: -4)...last })
        await #expect(throws: SagaLogError.self) {
            try await store.append([entry(5), entry(7)], run: run, epoch: store.epoch)
        }
        #expect(try await store.durablePosition() == last)
    }

    private func manyRunsAtOnce(_ store: Store) async throws {
        let before = try await store.durablePosition()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    let run = TraceID.random()
                    for sequence in 0..<10 as Range<UInt32> {
                        try await store.append([entry(sequence)], run: run, epoch: store.epoch)
                    }
                }
            }
            try await group.waitForAll()
        }
        let records = try await read(store, from: before.advanced(by: 1))
        #expect(records.map(\.lsn) == (1...320).map { before.advanced(by: $0) })
        for own in Dictionary(grouping: records, by: \.run).values {
            #expect(own.map(\.entry.sequence) == Array(0..<10))
        }
    }

    // MARK: reading

    private func tailsFollow(_ store: Store) async throws {
        let run = TraceID.random()
        let first = try await store.append([entry(0)], run: run, epoch: store.epoch)
        let tail = try await store.tail(from: first)
        async let seen = tail.prefix(50).reduce(into: [LogRecord]()) { $0.append($1) }
        for sequence in 1..<50 as Range<UInt32> {
            try await store.append([entry(sequence)], run: run, epoch: store.epoch)
        }
        #expect(try await seen.map(\.entry.sequence) == Array(0..<50))
    }

    private func aTailEndsWithItsTask(_ store: Store) async throws {
        let tail = try await store.tail(from: store.durablePosition().advanced(by: 1))
        let task = Task { for try await record in tail { Issue.record("nobody wrote \(record)") } }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    // MARK: leases

    private func leasesAreOneOwners(_ store: Store) async throws {
        let name = "recovery-\(TraceID.random())"
        let lease = try #require(try await store.acquireLease(name, owner: "one", for: .seconds(3600)))
        #expect(try await store.acquireLease(name, owner: "two", for: .seconds(1)) == nil)
        let renewed = try #require(try await store.acquireLease(name, owner: "one", for: .seconds(7200)))
        #expect(renewed.token == lease.token && renewed.expires > lease.expires)
        try await store.releaseLease(renewed)
        let other = try #require(try await store.acquireLease(name, owner: "two", for: .nanoseconds(1)))
        #expect(other.token > lease.token)
        // One that is no longer the owner's gives nothing back; one that has expired is anybody's.
        try await store.releaseLease(lease)
        let third = try #require(try await store.acquireLease(name, owner: "three", for: .seconds(3600)))
        #expect(third.token > other.token)
    }

    // MARK: restarts

    private func restartsKeepWhatWasAcknowledged() async throws {
        let (run, closed) = (TraceID.random(), TraceID.random())
        let name = "kept-\(run)"
        var places: [LSN] = []
        var epoch: UInt32 = 0
        try await with { store in
            epoch = store.epoch
            places.append(try await store.append([entry(0, .runStarted)], run: run, epoch: epoch))
            places.append(try await store.append([entry(0), entry(1, .runClosed)], run: closed, epoch: epoch))
            _ = try #require(try await store.acquireLease(name, owner: "one", for: .seconds(3600)))
        }
        try await with { store in
            #expect(store.epoch > epoch)
            #expect(try await store.openRuns().filter { $0.run == run }.map(\.state) == [.running])
            #expect(try await store.openRuns().allSatisfy { $0.run != closed })
            #expect(try await store.append([entry(0, .runStarted)], run: run, epoch: store.epoch) == places[0])
            #expect(try await store.append([entry(1, .runClosed)], run: closed, epoch: store.epoch) == places[1])
            #expect(try await store.closing(of: closed) == places[1])
            #expect(try await store.closing(of: run) == nil)
            #expect(try await store.acquireLease(name, owner: "two", for: .seconds(1)) == nil)
            let records = try await read(store)
            #expect(zip(records, records.dropFirst()).allSatisfy { $1.lsn == $0.lsn.advanced(by: 1) })
        }
    }

    private func snapshotsHoldOpenRuns() async throws {
        let run = TraceID.random()
        var taken = LSN.none
        try await with { store in
            try await store.append([entry(0, .runStarted), entry(1)], run: run, epoch: store.epoch)
            taken = try await store.takeSnapshot(application: [1, 2, 3])
            #expect(taken >= LSN(2))
            try await store.append([entry(2)], run: run, epoch: store.epoch)
        }
        try await with { store in
            let snapshot = try #require(try await store.newestSnapshot())
            #expect(snapshot.lsn == taken && snapshot.application == [1, 2, 3])
            let history = try #require(snapshot.runs.first { $0.status.run == run })
            #expect(history.records.map(\.entry.sequence) == [0, 1])
            // What came after it is there too.
            #expect(try await store.openRuns().first { $0.run == run }?.sequence == 2)
        }
    }
}
