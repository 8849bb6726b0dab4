import FoundationEssentials
import SagaLog
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaRuntime

/// Row 4.4: legality by replay.
@Suite struct SagaReplayerTests {
    struct Order: Codable, Sendable {
        var item: String
    }

    static let receipt = StepKey<Int>("charge")

    private func saga(version: Int = 1, last: String = "ship", isParallel: Bool = false) throws -> Saga<Order> {
        let charge = Step<Order>(Self.receipt, { _ in 7 }).notCompensated(because: "test")
        let ship = Step<Order>(last, { _ in }).notCompensated(because: "test")
        return try Saga("replayed", version: version, input: Order.self) {
            if isParallel {
                Parallel {
                    charge
                    ship
                }
            } else {
                charge
                ship
            }
        }
    }

    /// One run, whole.
    private func records(_ saga: Saga<Order>, _ change: (MemoryLog, TraceID) -> Void = { _, _ in }) async throws
        -> [LogRecord]
    {
        let log = MemoryLog()
        let coordinator = try SagaCoordinator(log: MemoryStore(log), sagas: [saga])
        _ = try await coordinator.run(saga, id: "order-1", input: Order(item: "tea"))
        change(log, DerivedID.trace(saga: saga.name, id: "order-1"))
        return log.records
    }

    private func difference(_ saga: any SagaDefinition, _ records: [LogRecord]) throws -> ReplayDifference? {
        let report = try SagaReplayer(saga).replay(records)
        #expect(report.runs == 1 && report.differences.count <= 1)
        return report.differences.first
    }

    @Test func theSameDefinitionHasNoDifference() async throws {
        let records = try await records(try saga())
        let report = try SagaReplayer(try saga()).replay(records)
        #expect(report.differences == [] && report.runs == 1 && report.open == 0 && report.records == records.count)
    }

    @Test func row44AStepOfAnotherNameIsFound() async throws {
        let found = try #require(try difference(try saga(last: "send"), try await records(try saga())))
        #expect(found.kind == .stepName && found.id == "order-1")
        #expect(found.message == "step 1 is ship here, and send in the definition")
    }

    @Test func row44AChangedGraphIsFound() async throws {
        // All that was recorded could have been, and yet an open run would be set aside.
        let found = try #require(try difference(try saga(isParallel: true), try await records(try saga())))
        #expect(found.kind == .graph && found.sequence == 0)
        // The other way round a record tells.
        let parallel = try await records(try saga(isParallel: true))
        #expect(try difference(try saga(), parallel)?.kind == .illegalRecord)
    }

    @Test func row44AnIllegalRecordIsFound() async throws {
        var records = try await records(try saga())
        let end = try #require(records.firstIndex { $0.kind == .stepCommitted })
        records[end].entry.attempt = 3
        let found = try #require(try difference(try saga(), records))
        #expect(found.kind == .illegalRecord && found.lsn == records[end].lsn.rawValue)
        #expect(found.message.contains("its attempt is 1"))
    }

    @Test func row44AnUnknownVersionIsFound() async throws {
        let records = try await records(try saga())
        #expect(try difference(try saga(version: 2), records)?.kind == .unknownVersion)
        #expect(try SagaReplayer(try saga(version: 2), try saga()).replay(records).differences == [])
    }

    @Test func row44AnInputThatCannotBeReadIsFound() async throws {
        let other = try Saga("replayed", input: [Int].self) {
            Step(Self.receipt, { _ in 7 }).notCompensated(because: "test")
            Step("ship", { _ in }).notCompensated(because: "test")
        }
        let found = try #require(try difference(other, try await records(try saga())))
        #expect(found.kind == .input && found.sequence == 0)
    }

    @Test func row44AnOutputThatCannotBeReadIsFound() async throws {
        let other = try Saga("replayed", input: Order.self) {
            Step(StepKey<[String]>("charge"), { _ in [] }).notCompensated(because: "test")
            Step("ship", { _ in }).notCompensated(because: "test")
        }
        let found = try #require(try difference(other, try await records(try saga())))
        #expect(found.kind == .output && found.message.hasPrefix("what charge has answered"))
    }

    @Test func aLogDirectoryIsReplayed() async throws {
        try await withTemporaryDirectory { directory in
            let (path, saga) = (directory.path + "/log", try saga())
            let log = try SagaLog.open(path)
            let coordinator = try SagaCoordinator(log: log, sagas: [saga])
            for id in 0..<3 { _ = try await coordinator.run(saga, id: "\(id)", input: Order(item: "tea")) }
            let open = log.run(.random())
            try await open.commit(LogEntry(.runStarted, sequence: 0, name: "another"))
            try await log.takeSnapshot(application: nil)
            _ = try await coordinator.run(saga, id: "3", input: Order(item: "tea"))
            await coordinator.shutdown()
            log.close()
            let report = try SagaReplayer(saga).replay(logDirectory: path)
            #expect(report.runs == 4 && report.open == 0 && report.skipped == 1 && report.differences == [])
            let changed = try SagaReplayer(try self.saga(last: "send")).replay(logDirectory: path)
            #expect(changed.differences.map(\.kind) == Array(repeating: .stepName, count: 4))
            #expect(throws: SagaLogError.self) { try SagaReplayer(saga).replay(logDirectory: path + "/none") }
        }
    }
}
