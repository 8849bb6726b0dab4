import Foundation
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaLog

/// What is given up once it is in a snapshot, and what is not.
@Suite struct RetentionTests {
    private static func write(_ log: SagaLog, records: Int, bytes: Int = 16_000) async throws {
        let run = log.run(.random())
        for sequence in 0..<UInt32(records) {
            let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: bytes)
            try await run.commit(LogEntry(.note, sequence: sequence, name: "n", payload: payload))
        }
        try await run.commit(LogEntry(.runClosed, sequence: UInt32(records), name: "n"))
    }

    private static func segments(_ path: String) throws -> [UInt64] {
        try FileManager.default.contentsOfDirectory(atPath: path).compactMap { LogFiles.segmentNumber($0) }.sorted()
    }

    @Test func segmentsThatAreInTwoSnapshotsAreGivenUp() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.path + "/log"
            var options = smallOptions()
            options.retainedSegments = 1
            let log = try SagaLog.open(path, options: options)
            let early = log.run(.random())
            let first = try await early.commit(
                LogEntry(.runStarted, sequence: 0, name: "checkout", payload: [1, 2, 3]))
            for _ in 0..<4 {
                try await Self.write(log, records: 120)
                try await log.takeSnapshot()
            }
            let snapshots = try FileManager.default.contentsOfDirectory(atPath: path).filter {
                $0.hasSuffix(".snapshot")
            }
            #expect(snapshots.count == 2)
            #expect(try Self.segments(path).first ?? 0 > 1)
            #expect(try Self.segments(path).count <= 6)
            log.close()

            let again = try SagaLog.open(path, options: options)
            defer { again.close() }
            #expect(again.opening.snapshot != nil && again.opening.openRuns == 1)
            // Its record is in no segment any more.
            let run = again.run(early.id)
            #expect(run.status.saga == "checkout" && run.nextSequence == 1)
            #expect(
                try await run.commit(LogEntry(.runStarted, sequence: 0, name: "checkout", payload: [1, 2, 3])) == first)
            let snapshot = try #require(try await again.newestSnapshot())
            #expect(snapshot.runs.first?.records.first?.entry.payload == [1, 2, 3])
            await #expect(throws: SagaLogError.self) {
                for try await _ in try await again.records(from: .first) {}
            }
            let report = try LogScan.run(directory: path)
            #expect(report.condition == .sound)
        }
    }

    @Test func anOlderSnapshotStandsInForADamagedOne() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.path + "/log"
            let log = try SagaLog.open(path, options: smallOptions())
            let run = log.run(.random())
            try await run.commit(LogEntry(.runStarted, sequence: 0, name: "checkout"))
            let older = try await log.takeSnapshot()
            try await run.commit(LogEntry(.note, sequence: 1, name: "n"))
            let newer = try await log.takeSnapshot()
            try await run.commit(LogEntry(.note, sequence: 2, name: "n"))
            log.close()
            let file = path + "/" + LogFiles.snapshot(newer)
            var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            bytes[70] ^= 4
            try bytes.write(to: URL(fileURLWithPath: file))

            let again = try SagaLog.open(path, options: smallOptions())
            defer { again.close() }
            #expect(again.opening.snapshot == older)
            #expect(again.opening.damages.map(\.kind) == [.snapshotChecksum])
            #expect(again.run(run.id).nextSequence == 3)
        }
    }

    @Test func nothingBelowTheMinimumIsRecoveredFrom() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.path + "/log"
            let log = try SagaLog.open(path, options: smallOptions())
            let run = log.run(.random())
            try await run.commit(LogEntry(.runStarted, sequence: 0, name: "checkout"))
            await #expect(throws: SagaLogError.self) { try await log.raiseMinimumRecoverable(to: log.durable) }
            try await log.takeSnapshot()
            try await run.commit(LogEntry(.note, sequence: 1, name: "n"))
            let newer = try await log.takeSnapshot()
            try await log.raiseMinimumRecoverable(to: newer)
            log.close()
            try SagaLog.open(path, options: smallOptions()).close()
            // Without the newer one there is nothing left that counts.
            try FileManager.default.removeItem(atPath: path + "/" + LogFiles.snapshot(newer))
            #expect(throws: SagaLogError.self) { _ = try SagaLog.open(path, options: smallOptions()) }
        }
    }
}
