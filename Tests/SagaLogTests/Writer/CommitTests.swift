import SagaTelemetry
import Synchronization
import TestSupport
import Testing

@testable import SagaLog

@Suite struct CommitTests {
    @Test func whatManyTasksCommitHasDensePlaces() async throws {
        try await withLog { log in
            let tasks = 64
            let records = 200
            let places = try await withThrowingTaskGroup(of: [LSN].self) { group in
                for _ in 0..<tasks {
                    group.addTask {
                        let run = log.run(.random())
                        var places: [LSN] = []
                        for sequence in 0..<UInt32(records) {
                            places.append(
                                try await run.commit(
                                    LogEntry(.note, sequence: sequence, name: "step", payload: [1, 2, 3])))
                            #expect(log.durable >= places.last!)
                        }
                        return places
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for own in places { #expect(own == own.sorted()) }
            #expect(Set(places.joined()).count == tasks * records)
            #expect(log.durable == LSN(UInt64(1 + tasks * records)))
        }
    }

    @Test func anAppendIsDurableSoonThoughNobodyWaits() async throws {
        try await withLog { log in
            let run = log.run(.random())
            let lsn = try #require(try run.tryAppend(LogEntry(.runStarted, sequence: 0, name: "checkout")))
            _ = try await eventually("durable") { log.durable >= lsn ? true : nil }
        }
    }
}
