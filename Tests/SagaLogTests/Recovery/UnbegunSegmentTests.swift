import Foundation
import TestSupport
import Testing

@testable import SagaLog

@Suite struct UnbegunSegmentTests {
    /// What a crash can leave of a segment that was being made: nothing, zeros, half a header page, a recycled file.
    private static func remains(of log: LogFixture) -> [(name: String, bytes: [UInt8])] {
        var begun = log
        begun.beginSegment()
        let zeros = [UInt8](repeating: 0, count: log.size)
        var recycled = LogFixture()
        recycled.log = log.log
        recycled.group(1, 2, 3)
        var unreadable = recycled.segments[0].bytes
        unreadable[3] ^= 1
        return [
            ("nothing", []), ("a part of a page", [UInt8](zeros[..<100])), ("zeros", zeros),
            ("a part of a header", Array(begun.segments[begun.segments.count - 1].bytes[..<30]) + zeros[30...]),
            ("a recycled file", recycled.segments[0].bytes), ("a recycled file without its header", unreadable),
        ]
    }

    private static var log: LogFixture {
        var log = LogFixture()
        (log.first, log.firstNumber) = (100, 5)
        log.group(1, 2)
        log.beginSegment()
        log.group(3, 1)
        return log
    }

    @Test func itIsSetAsideAndTheLogGoesOn() async throws {
        let log = Self.log
        for (name, bytes) in Self.remains(of: log) {
            try await withTemporaryDirectory { directory in
                try log.write(to: directory)
                let file = LogFiles.segment(7)
                try Data(bytes).write(to: directory.appending(path: file))
                let report = try LogScan.run(
                    directory: directory.path, snapshots: { _ in [.init(name: "s", lsn: LSN(99), size: 0)] })
                #expect(report.condition == .sound && report.unbegun == [file], "\(name)")
                let (lsns, outcome) = try LogFixture.recover(directory, from: LSN(100))
                #expect(lsns == Array(100...106), "\(name)")
                #expect(outcome?.header.number == 6 && outcome?.torn == nil, "\(name)")
                let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
                #expect(names == [LogFiles.segment(5), LogFiles.segment(6), LogFiles.torn(segment: 7, 1)], "\(name)")
            }
        }
    }

    @Test func itMayBeTheFirstOfAll() async throws {
        try await withTemporaryDirectory { directory in
            try Data(count: 5000).write(to: directory.appending(path: LogFiles.segment(1)))
            let (lsns, outcome) = try LogFixture.recover(directory)
            #expect(lsns.isEmpty && outcome == nil)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: directory.path) == [LogFiles.torn(segment: 1, 1)])
        }
    }

    @Test func oneThatIsKnownToHaveHeldRecordsIsDamaged() async throws {
        let log = Self.log
        for (name, bytes) in Self.remains(of: log) {
            try await withTemporaryDirectory { directory in
                try log.write(to: directory)
                try Data(bytes).write(to: directory.appending(path: LogFiles.segment(7)))
                let refused = #expect(throws: SagaLogError.self) {
                    try LogFixture.recover(directory, from: LSN(100), durable: LSN(107))
                }
                let damage = LogDamage(
                    kind: .header, file: LogFiles.segment(7), offset: 0, first: LSN(107), last: LSN(107))
                #expect(refused == .corrupt(directory: directory.path, damage), "\(name)")
            }
        }
    }

    /// The header is written before the first record, so that a record without it says that the header was lost later.
    @Test func oneThatHoldsWhatLooksLikeItsRecordsIsDamaged() async throws {
        var log = Self.log
        log.beginSegment()
        log.group(1)
        log.segments[2].bytes[0] ^= 1
        for isFirstDamaged in [false, true] {
            try await withTemporaryDirectory { directory in
                var log = log
                if isFirstDamaged {
                    log.group(1)
                    log.segments[2].bytes[log.records[log.records.count - 2].bytes.lowerBound + 8] ^= 1
                }
                try log.write(to: directory)
                let refused = #expect(throws: SagaLogError.self) { try LogFixture.recover(directory, from: LSN(100)) }
                let damage = LogDamage(kind: .header, file: LogFiles.segment(7), offset: 0, first: LSN(107), last: nil)
                #expect(refused == .corrupt(directory: directory.path, damage))
            }
        }
    }

    @Test func aSegmentWithoutARecordIsSound() async throws {
        try await withTemporaryDirectory { directory in
            var log = Self.log
            log.beginSegment()
            try log.write(to: directory)
            let (lsns, outcome) = try LogFixture.recover(directory, from: LSN(100))
            #expect(lsns == Array(100...106))
            #expect(outcome?.header.number == 7 && outcome?.offset == SegmentHeader.bytes && outcome?.last == LSN(106))
        }
    }

    @Test func anEmptyDirectoryHasNoLog() async throws {
        try await withTemporaryDirectory { directory in
            let outcome = try LogFixture.recover(directory).outcome
            #expect(outcome == nil)
            let damage = try LogFixture.refusal(directory, durable: LSN(3))
            #expect(damage?.kind == .truncated)
            #expect(throws: SagaLogError.self) { try LogFixture.recover(directory.appending(path: "no")) }
        }
    }
}
