import Foundation
import TestSupport
import Testing

@testable import SagaLog

@Suite struct TornTailTests {
    @Test func aSoundLogComesBackWhole() async throws {
        try await withTemporaryDirectory { directory in
            let log = LogFixture.sample
            try log.write(to: directory)
            let report = try LogScan.run(directory: directory.path)
            #expect(report.condition == .sound && report.damages.isEmpty)
            #expect(report.records == log.last && report.first == .first && report.last == LSN(log.last))
            #expect(report.segments.map(\.number) == [1, 2, 3])
            #expect(report.segments.map(\.first) == log.segments.map(\.header.first))
            let (lsns, outcome) = try LogFixture.recover(directory)
            #expect(lsns == Array(1...log.last))
            #expect(outcome?.header == log.segments[2].header && outcome?.offset == log.segments[2].end)
            #expect(outcome?.last == LSN(log.last) && outcome?.torn == nil && outcome?.epoch == 1)
        }
    }

    @Test func recoveryBeginsWithTheRecordThatIsNeeded() async throws {
        try await withTemporaryDirectory { directory in
            let log = LogFixture.sample
            try log.write(to: directory)
            for from in 1...log.last + 1 {
                let (lsns, outcome) = try LogFixture.recover(directory, from: LSN(from))
                #expect(lsns == Array((1...log.last).dropFirst(Int(from) - 1)))
                #expect(outcome?.last == LSN(log.last))
            }
            #expect(throws: SagaLogError.self) { try LogFixture.recover(directory, from: LSN(log.last + 2)) }
        }
    }

    /// A write that ended at any byte, of a group of several batches, over zeros and over what an earlier use left behind.
    @Test(arguments: [false, true])
    func aWriteThatEndedAnywhereIsCut(isRecycled: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let old = LogFixture.sample.segments[1]
            var log = LogFixture()
            log.beginSegment(recycled: isRecycled ? old : nil)
            log.group(1, 2)
            let before = log.segments[0]
            log.group(1, 3, 2, 1)
            let written = before.end..<log.segments[0].end + 8
            for cut in written {
                var torn = log
                torn.segments[0].bytes.replaceSubrange(cut..<log.size, with: before.bytes[cut...])
                try torn.write(to: directory)
                let hit = log.records.first { torn.segments[0].bytes[$0.bytes] != log.segments[0].bytes[$0.bytes] }
                let kept = Array(log.records.prefix { $0.lsn < hit?.batch.lowerBound ?? .max })
                let report = try LogScan.run(directory: directory.path)
                #expect(report.damages.isEmpty, "cut at \(cut)")
                #expect(report.records == UInt64(kept.count), "cut at \(cut)")
                let (lsns, outcome) = try LogFixture.recover(directory)
                #expect(lsns == kept.map(\.lsn), "cut at \(cut)")
                #expect(outcome?.offset == kept.last?.bytes.upperBound)
                #expect((outcome?.torn == nil) == (report.condition == .sound))
                // What is mended stays mended.
                let again = try LogScan.run(directory: directory.path)
                #expect(again.condition == .sound && again.records == UInt64(kept.count), "cut at \(cut)")
            }
            let copies = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter {
                $0.contains("torn")
            }
            #expect(copies.count == LogMending.kept)
        }
    }

    /// Within one sync, sectors reach the disk in any order.
    @Test func sectorsThatCameInAnotherOrderAreTornNotCorrupt() async throws {
        try await withTemporaryDirectory { directory in
            var log = LogFixture()
            log.group(1, 2)
            let before = log.segments[0]
            log.group([3, 1, 4, 1, 5, 9, 2, 6], payload: 0...300)
            let sectors = before.end / 512...log.segments[0].end / 512
            try #require(sectors.count >= 8)
            for lost in sectors {
                var torn = log
                let bytes = max(lost * 512, before.end)..<(lost + 1) * 512
                torn.segments[0].bytes.replaceSubrange(bytes, with: before.bytes[bytes])
                try torn.write(to: directory)
                let hit = log.records.filter { $0.bytes.overlaps(bytes) }.map(\.batch.lowerBound).min()
                let report = try LogScan.run(directory: directory.path)
                #expect(report.condition == (hit == nil ? .sound : .torn), "sector \(lost)")
                let (lsns, _) = try LogFixture.recover(directory)
                #expect(lsns == Array(1..<(hit ?? log.last + 1)), "sector \(lost)")
            }
        }
    }

    @Test func whatWasCutIsKept() async throws {
        try await withTemporaryDirectory { directory in
            var log = LogFixture()
            log.group(1)
            let whole = log.segments[0].end
            log.group(1, 3)
            let lost = log.record(4)
            log.segments[0].bytes.replaceSubrange(lost.bytes, with: [UInt8](repeating: 0, count: lost.bytes.count))
            try log.write(to: directory)
            let (lsns, outcome) = try LogFixture.recover(directory)
            #expect(lsns == [1, 2])
            let cut = log.record(2).bytes.upperBound
            #expect(cut > whole && outcome?.offset == cut)
            #expect(outcome?.torn?.records == 2)
            let name = try #require(outcome?.tornCopy)
            #expect(name == "0000000000000001.torn-1")
            let copy = try Data(contentsOf: directory.appending(path: name))
            #expect(Array(copy) == Array(log.segments[0].bytes[cut..<cut + copy.count]))
            #expect(copy.count == log.segments[0].end - cut)
            let mended = try Data(contentsOf: directory.appending(path: log.segments[0].name))
            #expect(mended.count == log.size && mended[cut...].allSatisfy { $0 == 0 })
        }
    }

    @Test func aTornEndThatCannotBeKeptIsLeftAsItIs() async throws {
        try await withTemporaryDirectory { directory in
            var log = LogFixture()
            log.group(1)
            log.segments[0].bytes[log.segments[0].end - 20] ^= 1
            try log.write(to: directory)
            let walk = try LogDirectory(directory.path)
            let report = try LogScan.run(directory: directory.path)
            #expect(report.condition == .torn)
            // What is to be copied cannot be read.
            let end = LogWalk.End(
                header: log.segments[0].header, name: "no.segment", offset: SegmentHeader.bytes, last: .none, epoch: 1)
            let failed = #expect(throws: SagaLogError.self) { try LogMending(walk).mend(report, end: end) }
            #expect(failed == .file(operation: "open", path: directory.path + "/no.segment", code: ENOENT))
            #expect(
                try Data(contentsOf: directory.appending(path: log.segments[0].name)) == Data(log.segments[0].bytes))
        }
    }
}
