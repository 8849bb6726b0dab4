import Foundation
import TestSupport
import Testing

@testable import SagaLog

@Suite struct CorruptionTests {
    /// A flipped bit in any byte of an earlier group is corruption of just that record; in the last group it is a torn end.
    @Test func aFlippedBitIsFoundWhereverItIs() async throws {
        try await withTemporaryDirectory { directory in
            var log = LogFixture()
            log.group(1, 2, payload: 0...30)
            log.group(3, 1, payload: 0...30)
            log.group(1, 2, payload: 0...30)
            try log.write(to: directory)
            let file = directory.appending(path: log.segments[0].name)
            for record in log.records {
                for byte in record.bytes {
                    var bytes = log.segments[0].bytes
                    bytes[byte] ^= 1 << (byte % 8)
                    try Data(bytes).write(to: file)
                    let report = try LogScan.run(directory: directory.path)
                    if record.group == log.records.last?.group {
                        #expect(report.damages.isEmpty && report.condition == .torn, "byte \(byte)")
                        #expect(report.last == LSN(record.batch.lowerBound - 1), "byte \(byte)")
                    } else {
                        let damage = LogDamage(
                            kind: .crc, file: log.segments[0].name, offset: UInt64(record.bytes.lowerBound),
                            first: LSN(record.lsn), last: LSN(record.lsn))
                        #expect(report.damages == [damage], "byte \(byte)")
                        #expect(report.records == log.last - 1, "byte \(byte)")
                        #expect(try LogFixture.refusal(directory) == damage, "byte \(byte)")
                        #expect(try Data(contentsOf: file) == Data(bytes), "what is damaged is left as it is")
                    }
                }
            }
        }
    }

    @Test func aSectorOfZerosIsFoundWithTheRecordsInIt() async throws {
        try await withTemporaryDirectory { directory in
            var log = LogFixture()
            log.size = 1 << 15
            for _ in 0..<30 { log.group(1, 2) }
            let lastGroup = log.lastGroup[0].bytes.lowerBound
            for sector in SegmentHeader.bytes / 512..<lastGroup / 512 {
                var damaged = log
                let bytes = sector * 512..<(sector + 1) * 512
                damaged.segments[0].bytes.replaceSubrange(bytes, with: [UInt8](repeating: 0, count: 512))
                try damaged.write(to: directory)
                let hit = log.records.filter { $0.bytes.overlaps(bytes) }
                let damages = try LogScan.run(directory: directory.path).damages
                #expect(damages.count == 1, "sector \(sector)")
                #expect(damages.first?.first == LSN(hit[0].lsn), "sector \(sector)")
                #expect(damages.first?.last == LSN(hit[hit.count - 1].lsn), "sector \(sector)")
                #expect(damages.first?.offset == UInt64(hit[0].bytes.lowerBound), "sector \(sector)")
                #expect(try LogFixture.refusal(directory) == damages.first)
            }
        }
    }

    @Test func aMissingSegmentIsAGapOfItsRecords() async throws {
        try await withTemporaryDirectory { directory in
            let log = LogFixture.sample
            try log.write(to: directory)
            try FileManager.default.removeItem(at: directory.appending(path: log.segments[1].name))
            let (first, last) = (log.segments[1].header.first, LSN(log.segments[2].header.first.rawValue - 1))
            let damage = LogDamage(kind: .gap, file: log.segments[1].name, offset: 0, first: first, last: last)
            #expect(try LogScan.run(directory: directory.path).damages == [damage])
            #expect(try LogFixture.refusal(directory) == damage)
        }
    }

    @Test func swappedSegmentsAreBothFound() async throws {
        try await withTemporaryDirectory { directory in
            var log = LogFixture.sample
            log.beginSegment()
            log.group(1)
            try log.write(to: directory)
            try Data(log.segments[1].bytes).write(to: directory.appending(path: log.segments[2].name))
            try Data(log.segments[2].bytes).write(to: directory.appending(path: log.segments[1].name))
            let firsts = log.segments.map(\.header.first.rawValue)
            let damages = (1...2).map {
                LogDamage(
                    kind: .header, file: log.segments[$0].name, offset: 0, first: LSN(firsts[1]),
                    last: LSN(firsts[$0 + 1] - 1))
            }
            let report = try LogScan.run(directory: directory.path)
            #expect(report.damages.map(\.file) == damages.map(\.file))
            #expect(report.damages.map(\.last) == damages.map(\.last))
            #expect(report.damages.allSatisfy { $0.kind == .header })
            #expect(report.records == log.last - (firsts[3] - firsts[1]))
            #expect(try LogFixture.refusal(directory) == damages[0])
        }
    }

    @Test func aStaleSegmentIsFoundInTheMiddleAndAtTheEnd() async throws {
        for index in 1...2 {
            try await withTemporaryDirectory { directory in
                var log = LogFixture.sample
                let name = log.segments[index].name
                log.segments[index].bytes = log.segments[0].bytes
                try log.write(to: directory)
                try Data(log.segments[index].bytes).write(to: directory.appending(path: name))
                let damage = try #require(try LogFixture.refusal(directory))
                #expect(damage.kind == .header && damage.file == name)
                #expect(damage.first == log.segments[index].header.first)
            }
        }
    }

    @Test func aSegmentOfAnotherLogIsFound() async throws {
        for index in 0...2 {
            try await withTemporaryDirectory { directory in
                var (log, other) = (LogFixture.sample, LogFixture())
                other.log = 0xDEF
                for _ in 0..<3 {
                    other.beginSegment()
                    for batches in [[1], [3], [1, 2, 1], [1], [2, 2]] { other.group(batches) }
                }
                log.segments[index] = other.segments[index]
                try log.write(to: directory)
                let damage = try #require(try LogFixture.refusal(directory))
                #expect(damage.kind == .header && damage.file == log.segments[index].name, "\(index)")
                #expect(damage.first == other.segments[index].header.first, "\(index)")
            }
        }
    }

    @Test func aDamagedHeaderIsFound() async throws {
        for index in 0...2 {
            try await withTemporaryDirectory { directory in
                var log = LogFixture.sample
                log.segments[index].bytes[20] ^= 4
                try log.write(to: directory)
                let damage = try #require(try LogFixture.refusal(directory), "\(index)")
                #expect(damage.kind == .header && damage.file == log.segments[index].name)
                #expect(damage.first == log.segments[index].header.first)
                let last = index < 2 ? LSN(log.segments[index + 1].header.first.rawValue - 1) : nil
                #expect(damage.last == last)
            }
        }
    }

    @Test func anEndBeforeWhatIsKnownToBeDurableIsTruncated() async throws {
        try await withTemporaryDirectory { directory in
            let log = LogFixture.sample
            try log.write(to: directory)
            let damage = LogDamage(
                kind: .truncated, file: log.segments[2].name, offset: UInt64(log.segments[2].end),
                first: LSN(log.last + 1), last: LSN(log.last + 5))
            #expect(try LogFixture.refusal(directory, durable: LSN(log.last)) == nil)
            #expect(try LogFixture.refusal(directory, durable: LSN(log.last + 5)) == damage)
        }
    }

    @Test func aFileThatIsTooShortIsTruncated() async throws {
        try await withTemporaryDirectory { directory in
            let log = LogFixture.sample
            for index in 0...2 {
                for cut in stride(from: SegmentHeader.bytes, to: log.segments[index].end + 1, by: 40) {
                    var short = log
                    short.segments[index].bytes.removeLast(log.size - cut)
                    try short.write(to: directory)
                    let kept = log.records.filter { $0.segment == index && $0.bytes.upperBound <= cut }
                    let first = log.segments[index].header.first.rawValue + UInt64(kept.count)
                    let damage = try LogFixture.refusal(directory)
                    if index < 2, cut >= log.segments[index].end {
                        #expect(damage == nil)
                    } else {
                        #expect(damage?.kind == .truncated && damage?.first == LSN(first), "\(index) at \(cut)")
                        let last = index < 2 ? LSN(log.segments[index + 1].header.first.rawValue - 1) : nil
                        #expect(damage?.last == last)
                    }
                }
            }
        }
    }

    /// An earlier writer that comes back must not be believed.
    @Test func anEpochThatFallsIsNoNextRecord() async throws {
        try await withTemporaryDirectory { directory in
            var log = LogFixture()
            log.group(2)
            log.epoch = 3
            log.group(1)
            log.epoch = 2
            log.group(1)
            try log.write(to: directory)
            #expect(try LogScan.run(directory: directory.path).last == LSN(3))
            log.group(1)
            try log.write(to: directory)
            let damage = try LogFixture.refusal(directory)
            #expect(damage?.first == LSN(4))
        }
    }
}
