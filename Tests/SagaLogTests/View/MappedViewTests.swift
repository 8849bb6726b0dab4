import Foundation
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaLog

@Suite struct MappedViewTests {
    /// A run's records, of which `count` are taken.
    private static func records(of run: TraceID, saga: String, first: UInt64) -> [LogRecord] {
        let kinds: [(LogRecordKind, String)] = [
            (.runStarted, saga), (.stepStarted, "reserve"), (.note, "beside"), (.stepFailed, "reserve"),
            (.compensationStarted, "release"), (.runSuspended, ""), (.compensationCommitted, "release"),
        ]
        return kinds.enumerated().map { index, kind in
            let lsn = LSN(first + UInt64(index))
            return LogRecord(
                lsn: lsn, group: lsn, batch: lsn...lsn, epoch: 3, time: 1_000 + lsn.rawValue, run: run,
                entry: LogEntry(kind.0, sequence: UInt32(index), name: kind.1, attempt: UInt16(index + 1)))
        }
    }

    private static func apply(_ record: LogRecord, to slot: UInt32, of view: MappedView) {
        let change = MappedView.Change(
            record.kind, step: record.kind.isOfStep ? view.intern(record.entry.name) : 0,
            attempt: record.entry.attempt, sequence: record.entry.sequence, lsn: record.lsn, epoch: record.epoch,
            changed: record.time)
        view.apply(change, to: slot)
    }

    @Test func readersSeeWhatTheRecordsComeTo() async throws {
        try await withTemporaryDirectory { directory in
            let view = try MappedView(directory: directory.path, log: 7, epoch: 3, capacity: 8)
            try view.appear()
            let runs = [TraceID(high: 1, low: 1), TraceID(high: 1, low: 2)]
            let records = runs.enumerated().map {
                Self.records(of: $1, saga: "saga \($0)", first: UInt64($0 * 100 + 1))
            }
            let slots = try runs.indices.map { index in
                try #require(view.take(run: runs[index], saga: "saga \(index)", started: records[index][0].time))
            }
            #expect(try MappedViewReader(directory: directory.path).runs().isEmpty)

            for count in 1...records[0].count {
                for index in runs.indices { Self.apply(records[index][count - 1], to: slots[index], of: view) }
                view.publish(durable: LSN(200), mapped: records[1][count - 1].lsn)
                let expected = records.map { records in
                    records[1..<count].reduce(into: RunStatus(records[0])) { $0.apply($1) }
                }
                let reader = try MappedViewReader(directory: directory.path)
                #expect(reader.runs() == expected)
                #expect(reader.durable == LSN(200) && reader.mapped == records[1][count - 1].lsn)
            }
            let reader = try MappedViewReader(directory: directory.path)
            #expect(reader.log == 7 && reader.epoch == 3 && reader.capacity == 8 && !reader.isClosed)
            #expect(reader.writer.process == getpid() && reader.writer.isAlive == true)
            #expect(reader.unreadable == 0 && reader.damaged == 0)
            view.close()
            #expect(try MappedViewReader(directory: directory.path).isClosed)
        }
    }

    @Test func closedRunsAreGoneAndTheirSlotsAreOthers() async throws {
        try await withTemporaryDirectory { directory in
            let view = try MappedView(directory: directory.path, log: 7, epoch: 1, capacity: 2)
            try view.appear()
            let status = RunStatus(
                run: TraceID(high: 1, low: 1), saga: "a", state: .compensating, step: "s", attempt: 2, lsn: LSN(9),
                sequence: 4, epoch: 1, started: 5, changed: 6)
            let slot = try #require(view.restore(status))
            view.publish(durable: LSN(9), mapped: LSN(9))
            #expect(try MappedViewReader(directory: directory.path).runs() == [status])

            view.release(slot)
            view.publish(durable: LSN(10), mapped: LSN(10))
            #expect(try MappedViewReader(directory: directory.path).runs() == [])

            for number in 1...2 as ClosedRange<UInt64> {
                #expect(view.take(run: TraceID(high: 2, low: number), saga: "b", started: 0) != nil)
            }
            #expect(view.take(run: TraceID(high: 2, low: 3), saga: "b", started: 0) == nil)
            #expect(view.restore(status) == nil)
            view.publish(durable: LSN(10), mapped: LSN(10))
            #expect(view.unmapped == 2)
            #expect(try MappedViewReader(directory: directory.path).unmapped == 2)
        }
    }

    @Test func aViewTakesItsPlaceWhenItIsComplete() async throws {
        try await withTemporaryDirectory { directory in
            let first = try MappedView(directory: directory.path, log: 7, epoch: 1, capacity: 2)
            try first.appear()
            do {
                let second = try MappedView(directory: directory.path, log: 7, epoch: 2, capacity: 2)
                #expect(try MappedViewReader(directory: directory.path).epoch == 1)
                try second.appear()
                #expect(try MappedViewReader(directory: directory.path).epoch == 2)
                _ = try MappedView(directory: directory.path, log: 7, epoch: 3, capacity: 2)
            }
            #expect(try MappedViewReader(directory: directory.path).epoch == 2)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [LogFiles.view])
        }
    }

    @Test func synchronousViewsSayTheSame() async throws {
        try await withTemporaryDirectory { directory in
            let view = try MappedView(directory: directory.path, log: 7, epoch: 1, capacity: 2, isSynchronous: true)
            try view.appear()
            view.publish(durable: LSN(5), mapped: LSN(4))
            let reader = try MappedViewReader(directory: directory.path)
            #expect(reader.durable == LSN(5) && reader.mapped == LSN(4) && view.syncFailures == 0)
        }
    }

    @Test func whatCannotBeMadeIsToldWithItsReason() async throws {
        try await withTemporaryDirectory { directory in
            for capacity in [0, -1, 1 << 20 + 1] {
                #expect(throws: SagaLogError.self) {
                    try MappedView(directory: directory.path, log: 7, epoch: 1, capacity: capacity)
                }
            }
            let missing = directory.path + "/none"
            #expect(throws: SagaLogError.file(operation: "create", path: missing + "/runs.view.tmp", code: ENOENT)) {
                try MappedView(directory: missing, log: 7, epoch: 1)
            }
            #expect(throws: SagaLogError.file(operation: "open", path: missing + "/runs.view", code: ENOENT)) {
                try MappedViewReader(directory: missing)
            }
        }
    }
}
