import Foundation
import TestSupport
import Testing

@testable import SagaLog

@Suite struct LogSalvageTests {
    private static func raw(_ directory: URL) throws -> [UInt64: [UInt8]] {
        var records: [UInt64: [UInt8]] = [:]
        var walk = LogWalk(try LogDirectory(directory.path), showsIncompleteBatch: true)
        try walk.run { records[$0.lsn.rawValue] = Array($0.bytes) }
        return records
    }

    /// Each record of an earlier group damaged in turn: all others are there afterwards, byte for byte.
    @Test func everythingButTheDamagedRecordIsKept() async throws {
        try await withTemporaryDirectory { directory in
            let log = LogFixture.sample
            let source = directory.appending(path: "log")
            try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
            try log.write(to: source)
            let whole = try Self.raw(source)
            for record in log.records where record.group != log.records.last?.group {
                var damaged = log
                damaged.segments[record.segment].bytes[record.bytes.lowerBound + 60] ^= 8
                try damaged.write(to: source)
                let target = directory.appending(path: "saved-\(record.lsn)")
                let report = try LogSalvage.run(directory: source.path, target: target.path)
                #expect(
                    report.damages.map(\.first) == [LSN(record.lsn)] && report.damages.map(\.last) == [LSN(record.lsn)])

                let openable = record.batch.lowerBound - 1
                #expect(report.log?.records ?? 0 == openable)
                var kept = openable == 0 ? [:] : try Self.raw(target)
                if openable > 0 {
                    let (lsns, outcome) = try LogFixture.recover(target)
                    #expect(lsns == Array(1...openable) && outcome?.torn == nil)
                }
                for part in report.after {
                    let records = try Self.raw(target.appending(path: part.directory))
                    #expect(records.keys.sorted() == Array(part.first.rawValue...part.last.rawValue))
                    kept.merge(records) { one, _ in one }
                }
                var expected = whole
                expected[record.lsn] = nil
                #expect(kept == expected, "record \(record.lsn)")
                for segment in damaged.segments {
                    #expect(try Data(contentsOf: source.appending(path: segment.name)) == Data(segment.bytes))
                }
            }
        }
    }

    @Test func aTornEndIsCut() async throws {
        try await withTemporaryDirectory { directory in
            var log = LogFixture.sample
            let last = log.records[log.records.count - 1]
            log.segments[2].bytes[last.bytes.lowerBound + 60] ^= 8
            let source = directory.appending(path: "log")
            try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
            try log.write(to: source)
            var state = LogState()
            let reader = LogReader(directory: source.path) { LSN(5) }
            while let record = try reader.next() { state.apply(record) }
            let snapshot = Snapshot(log: log.log, created: 1, state: state)
            let name = source.appending(path: LogFiles.snapshot(LSN(5))).path
            try SnapshotFile.write(try SnapshotFile.encode(snapshot, path: name), to: name)
            try Data([3]).write(to: source.appending(path: LogFiles.snapshot(LSN(6))))
            let target = directory.appending(path: "saved")
            let report = try LogSalvage.run(directory: source.path, target: target.path + "/")
            #expect(report.damages.isEmpty && report.torn?.records == 1)
            #expect(report.snapshots == [LogFiles.snapshot(LSN(5))])
            let verified = try LogScan.run(directory: target.path)
            #expect(verified.condition == .sound && verified.last == LSN(last.batch.lowerBound - 1))
        }
    }

    @Test func onlyANewDirectoryIsWrittenTo() async throws {
        try await withTemporaryDirectory { directory in
            try LogFixture.sample.write(to: directory)
            let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
            let refused = SagaLogError.file(operation: "salvage into", path: directory.path, code: ENOTEMPTY)
            #expect(throws: refused) { try LogSalvage.run(directory: directory.path, target: directory.path) }
            let nowhere = directory.path + "/no/where"
            #expect(throws: SagaLogError.file(operation: "make", path: nowhere + ".unfinished", code: ENOENT)) {
                try LogSalvage.run(directory: directory.path, target: nowhere)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == names.sorted())
        }
    }
}
