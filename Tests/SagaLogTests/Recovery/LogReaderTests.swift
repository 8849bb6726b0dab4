import Foundation
import TestSupport
import Testing

@testable import SagaLog

@Suite struct LogReaderTests {
    private static func rest(_ reader: LogReader) throws -> [UInt64] {
        var lsns: [UInt64] = []
        while let record = try reader.next() { lsns.append(record.lsn.rawValue) }
        return lsns
    }

    @Test func itReadsFromAnyRecordToTheEnd() async throws {
        try await withTemporaryDirectory { directory in
            let log = LogFixture.sample
            try log.write(to: directory)
            for from in 1...log.last + 1 {
                let reader = LogReader(directory: directory.path, from: LSN(from))
                #expect(try Self.rest(reader) == Array((1...log.last).dropFirst(Int(from) - 1)))
                #expect(try Self.rest(reader).isEmpty)
            }
        }
    }

    /// At whatever byte a write has come to: whole batches alone, and the rest once it is there.
    @Test func itGoesOnWhenThereIsMore() async throws {
        try await withTemporaryDirectory { directory in
            var log = LogFixture()
            log.group(1, 2)
            let before = log.segments[0]
            log.group(1, 3, 1)
            for cut in stride(from: before.end, to: log.segments[0].end, by: 8) {
                var partial = log
                partial.segments[0].bytes.replaceSubrange(cut..<log.size, with: before.bytes[cut...])
                try partial.write(to: directory)
                let reader = LogReader(directory: directory.path)
                let first = try Self.rest(reader)
                #expect(first.last.map { [3, 4, 7, 8].contains($0) } == true, "\(cut)")
                try log.write(to: directory)
                #expect(try first + Self.rest(reader) == Array(1...8), "\(cut)")
            }
        }
    }

    @Test func itGoesOnInSegmentsThatAreBegunLater() async throws {
        try await withTemporaryDirectory { directory in
            let whole = LogFixture.sample
            let reader = LogReader(directory: directory.path)
            #expect(try reader.next() == nil)
            var lsns: [UInt64] = []
            for count in 1...3 {
                var log = whole
                log.segments.removeLast(3 - count)
                try log.write(to: directory)
                lsns += try Self.rest(reader)
            }
            #expect(lsns == Array(1...whole.last))
        }
    }

    @Test func whatWasRecycledIsSaidToBeGone() async throws {
        try await withTemporaryDirectory { directory in
            // Longer than what a reader has in memory.
            var log = LogFixture()
            log.size = 2 << 20
            for _ in 0..<3 {
                log.beginSegment()
                for _ in 0..<180 { log.group([1], payload: 10_000...11_000) }
            }
            try log.write(to: directory)
            let reader = LogReader(directory: directory.path)
            _ = try reader.next()
            _ = try reader.next()
            // The file is made the fourth segment while it is read.
            let (old, new) = (
                directory.appending(path: log.segments[0].name), directory.appending(path: LogFiles.segment(4))
            )
            try FileManager.default.moveItem(at: old, to: new)
            let handle = try FileHandle(forWritingTo: new)
            var fourth = log
            fourth.beginSegment()
            fourth.group(1)
            try handle.write(contentsOf: Data(fourth.segments[3].bytes))
            let gone = #expect(throws: SagaLogError.self) { try Self.rest(reader) }
            // What was in memory may still come.
            if case .recycled(let lsn, let first) = gone {
                #expect(lsn > LSN(2) && first == log.segments[1].header.first)
            } else {
                Issue.record("\(String(describing: gone))")
            }
            let late = LogReader(directory: directory.path, from: .first)
            let recycled = SagaLogError.recycled(lsn: .first, first: log.segments[1].header.first)
            #expect(throws: recycled) { try late.next() }
        }
    }

    @Test func itReadsNoFurtherThanItMay() async throws {
        try await withTemporaryDirectory { directory in
            let log = LogFixture.sample
            try log.write(to: directory)
            nonisolated(unsafe) var limit = LSN(3)
            let reader = LogReader(directory: directory.path) { limit }
            #expect(try Self.rest(reader) == [1, 2, 3])
            limit = LSN(7)
            #expect(try Self.rest(reader) == [4, 5, 6, 7])
        }
    }

    @Test func whatWasWrittenBehindTheReadersBackIsReadAtOnce() async throws {
        try await withTemporaryDirectory { directory in
            var log = LogFixture()
            log.beginSegment()
            log.group(3)
            try log.write(to: directory)
            nonisolated(unsafe) var limit = LSN(3)
            let reader = LogReader(directory: directory.path) { limit }
            #expect(try Self.rest(reader) == [1, 2, 3])
            // It has the zeros behind the third record in memory; whoever is told of an LSN must get its record.
            for lsn in 4...40 as ClosedRange<UInt64> {
                log.group(1)
                try log.write(to: directory)
                limit = LSN(lsn)
                #expect(try reader.next()?.lsn == LSN(lsn))
            }
        }
    }

    @Test func recordsComeBackAsTheyWereWritten() async throws {
        try await withTemporaryDirectory { directory in
            let log = LogFixture.sample
            try log.write(to: directory)
            let reader = LogReader(directory: directory.path)
            for expected in log.records {
                let record = try #require(try reader.next())
                #expect(record.lsn == LSN(expected.lsn) && record.group == LSN(expected.group.lowerBound))
                #expect(record.batch == LSN(expected.batch.lowerBound)...LSN(expected.batch.upperBound))
                #expect(record.entry.name == "step \(expected.lsn)" && record.time == 1_000 + expected.lsn)
            }
        }
    }
}
