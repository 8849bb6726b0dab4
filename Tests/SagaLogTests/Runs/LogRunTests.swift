import SagaTelemetry
import Testing

@testable import SagaLog

@Suite struct LogRunTests {
    private static let started = LogEntry(.runStarted, sequence: 0, name: "checkout")
    private static let step = LogEntry(.stepStarted, sequence: 1, name: "charge", step: 2, attempt: 1)

    @Test func aRepeatIsAnsweredWithTheFirstPlace() async throws {
        try await withLog { log in
            let run = log.run(.random())
            let first = try await run.commit(Self.started)
            let second = try await run.commit(Self.step)
            #expect(second == first.advanced(by: 1))
            #expect(try await run.commit(Self.started) == first)
            #expect(try await run.append(Self.step) == second)
            #expect(try await run.commit([Self.started, Self.step]) == second)
            #expect(log.position.appended == second && run.nextSequence == 2)
        }
    }

    @Test func anotherRecordWithTheSameNumberIsRefused() async throws {
        try await withLog { log in
            let run = log.run(.random())
            let first = try await run.commit(Self.started)
            _ = try await run.commit(Self.step)
            await #expect(throws: SagaLogError.conflict(sequence: 0, existing: first)) {
                try await run.commit(LogEntry(.note, sequence: 0, name: "x"))
            }
            var other = Self.step
            other.attempt = 2
            await #expect(throws: SagaLogError.conflict(sequence: 1, existing: first.advanced(by: 1))) {
                try await run.commit(other)
            }
            await #expect(throws: SagaLogError.sequenceGap(sequence: 3, expected: 2)) {
                try await run.commit(LogEntry(.note, sequence: 3, name: "x"))
            }
            // Nothing of a batch is written when one of it cannot be.
            await #expect(throws: SagaLogError.sequenceGap(sequence: 5, expected: 3)) {
                try await run.commit([LogEntry(.note, sequence: 2, name: "x"), LogEntry(.note, sequence: 5, name: "x")])
            }
            #expect(log.position.appended == first.advanced(by: 1))
        }
    }

    @Test func aClosedRunTakesNothingMore() async throws {
        try await withLog { log in
            let run = log.run(.random())
            try await run.commit(Self.started)
            let close = LogEntry(.runClosed, sequence: 1, name: "checkout")
            let last = try await run.commit(close)
            #expect(run.status.state == .closed)
            for again in [run, log.run(run.id)] {
                #expect(try await again.commit(close) == last)
                await #expect(throws: SagaLogError.runClosed(run: run.id.description)) {
                    try await again.commit(LogEntry(.note, sequence: 2, name: "late"))
                }
            }
            #expect(log.openRunStatus.isEmpty)
        }
    }

    @Test func recordsOfABatchStandTogether() async throws {
        try await withLog { log in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        let run = log.run(.random())
                        for round in 0..<20 {
                            let entries = (0..<5).map {
                                LogEntry(
                                    .note, sequence: UInt32(round * 5 + $0), name: "n",
                                    payload: [UInt8](repeating: 1, count: $0))
                            }
                            try await run.commit(entries)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let records = try storedRecords(in: log.directory).filter { $0.kind == .note }
            #expect(records.count == 16 * 100)
            for record in records {
                let isFirst = record.lsn == record.batch.lowerBound
                #expect(record.batch.upperBound.records(after: record.batch.lowerBound) == 4)
                #expect(isFirst == (record.entry.sequence % 5 == 0))
            }
        }
    }

    @Test func whatIsTooLongIsRefused() async throws {
        try await withLog { log in
            let run = log.run(.random())
            let limit = log.writer.sink.maximumRecord
            await #expect(throws: SagaLogError.self) {
                try await run.commit(
                    LogEntry(.note, sequence: 0, name: "n", payload: [UInt8](repeating: 0, count: limit)))
            }
            await #expect(throws: SagaLogError.self) {
                try await run.commit(LogEntry(.note, sequence: 0, name: String(repeating: "n", count: 256)))
            }
            for entry in [
                LogEntry(.note, sequence: 1, name: "n", payload: [UInt8](repeating: 0, count: limit)),
                LogEntry(.note, sequence: 1, name: String(repeating: "n", count: 256)),
            ] {
                await #expect(throws: SagaLogError.self) {
                    try await run.commit([LogEntry(.note, sequence: 0, name: "n"), entry])
                }
            }
            #expect(run.nextSequence == 0)
            // The longest one, again and again, so that there is never room for two.
            let longest = limit - RecordFormat.headerBytes - 8
            for sequence in 0..<40 as Range<UInt32> {
                try await run.commit(
                    LogEntry(.note, sequence: sequence, name: "n", payload: [UInt8](repeating: 7, count: longest)))
            }
        }
    }

    @Test func anEpochThatIsOverIsRefused() async throws {
        try await withLog { log in
            let run = log.run(.random())
            await #expect(throws: SagaLogError.fenced(epoch: log.epoch - 1, current: log.epoch)) {
                try await run.commit(Self.started, epoch: log.epoch - 1)
            }
            try await run.commit(Self.started, epoch: log.epoch)
        }
    }

    @Test func buffersAreHandedOverAsBatches() async throws {
        try await withLog { log in
            let run = log.run(.random())
            try await withLogBuffer(of: run) {
                for number in 0..<10 as Range<UInt8> { LogBuffer.current?.append(.note, name: "n", payload: [number]) }
                #expect(LogBuffer.current?.count == 10)
            }
            #expect(run.nextSequence == 10 && log.durable == log.position.appended)
            let buffer = LogBuffer(log, run)
            buffer.append(.note, name: "later")
            // Nobody asks for it.
            while buffer.count > 0 { await Task.yield() }
            #expect(run.nextSequence == 11)
            let closed = log.run(.random())
            try await closed.commit(LogEntry(.runClosed, sequence: 0, name: "x"))
            let refused = LogBuffer(log, closed)
            refused.append(.note, name: "late")
            await #expect(throws: SagaLogError.runClosed(run: closed.id.description)) { try await refused.commit() }
            #expect(refused.count == 1)
        }
    }

    @Test func anExecutorOfItsOwnCommitsTheSame() async throws {
        try await withLog { log in
            let executor = try LogExecutor(log)
            defer { executor.stop() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<64 {
                    group.addTask(executorPreference: executor) {
                        let run = log.run(.random())
                        for sequence in 0..<100 as Range<UInt32> {
                            let lsn = try await run.commit(LogEntry(.note, sequence: sequence, name: "n"))
                            #expect(log.durable >= lsn)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
