import Foundation
import SagaTelemetry
import TestSupport

@testable import SagaLog

/// A log made by the rules of its format alone, in memory, to be damaged before it is written to a directory.
struct LogFixture {
    struct Record: Hashable {
        var lsn: UInt64
        /// Index of its segment, and its bytes in it.
        var segment: Int
        var bytes: Range<Int>
        var group: ClosedRange<UInt64>
        var batch: ClosedRange<UInt64>
    }

    struct Segment {
        var header: SegmentHeader
        var bytes: [UInt8]
        /// Behind the last record.
        var end = SegmentHeader.bytes
        var name: String { LogFiles.segment(header.number) }
    }

    var segments: [Segment] = []
    var records: [Record] = []
    var log: UInt64 = 0xABC
    var epoch: UInt32 = 1
    var size = 1 << 14
    /// LSN and segment that the log begins with.
    var first: UInt64 = 1
    var firstNumber: UInt64 = 1
    private var random = SplitMix(state: 5)

    init() {}

    var last: UInt64 { records.last?.lsn ?? first - 1 }

    /// - Parameter recycled: a segment whose bytes are still there.
    mutating func beginSegment(recycled: Segment? = nil) {
        let header = SegmentHeader(
            salt: UInt32(truncatingIfNeeded: random.next()), number: firstNumber + UInt64(segments.count),
            first: LSN(last + 1), epoch: epoch, size: UInt64(size), log: log, created: 1_700_000_000_000_000_000)
        var bytes = recycled?.bytes ?? [UInt8](repeating: 0, count: size)
        bytes.withUnsafeMutableBytes { header.write(to: $0.baseAddress!) }
        segments.append(Segment(header: header, bytes: bytes))
    }

    /// A group of these batches of so many records, payloads of random lengths, at the end of the last segment.
    mutating func group(_ batches: Int..., payload: ClosedRange<Int> = 0...120) { group(batches, payload: payload) }

    mutating func group(_ batches: [Int], payload: ClosedRange<Int> = 0...120) {
        if segments.isEmpty { beginSegment() }
        let index = segments.count - 1
        let seed = RecordFormat.seed(salt: segments[index].header.salt)
        let group = last + 1...last + UInt64(batches.reduce(0, +))
        var lsn = group.lowerBound
        for count in batches {
            let batch = lsn...lsn + UInt64(count) - 1
            for _ in 0..<count {
                let bytes = record(lsn, group: group, batch: batch, seed: seed, payload: payload)
                let end = segments[index].end
                segments[index].bytes.replaceSubrange(end..<end + bytes.count, with: bytes)
                segments[index].end += bytes.count
                records.append(
                    Record(lsn: lsn, segment: index, bytes: end..<end + bytes.count, group: group, batch: batch))
                lsn += 1
            }
        }
        let end = segments[index].end
        for byte in end..<min(end + 8, size) { segments[index].bytes[byte] = 0 }
    }

    private mutating func record(
        _ lsn: UInt64, group: ClosedRange<UInt64>, batch: ClosedRange<UInt64>, seed: UInt32, payload: ClosedRange<Int>
    ) -> [UInt8] {
        let entry = LogEntry(
            .stepStarted, sequence: UInt32(lsn), name: "step \(lsn)",
            payload: (0..<Int.random(in: payload, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
            })
        let length = RecordFormat.length(name: entry.name.utf8.count, payload: entry.payload.count)
        return [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
            let base = UnsafeMutableRawPointer(bytes.baseAddress!)
            count = RecordFormat.write(entry, run: TraceID(high: 7, low: lsn % 3), time: 1_000 + lsn, to: base)
            let place = RecordFormat.Place(
                lsn: lsn, group: UInt16(lsn - group.lowerBound), batch: UInt16(lsn - batch.lowerBound),
                rest: UInt16(batch.upperBound - lsn), epoch: epoch)
            RecordFormat.seal(base, length: count, place: place, seed: seed)
        }
    }

    func record(_ lsn: UInt64) -> Record { records[Int(lsn - first)] }

    /// The records of the last group.
    var lastGroup: [Record] { records.filter { $0.group == records.last?.group } }

    func write(to directory: URL) throws {
        for segment in segments { try Data(segment.bytes).write(to: directory.appending(path: segment.name)) }
    }
}

extension LogFixture {
    /// Three segments of several groups, the last of which has two batches.
    static var sample: LogFixture {
        var log = LogFixture()
        for _ in 0..<3 {
            log.beginSegment()
            for batches in [[1], [3], [1, 2, 1], [1], [2, 2]] { log.group(batches) }
        }
        return log
    }

    /// What recovery hands on, with what it answers.
    static func recover(
        _ directory: URL, from: LSN = .first, durable: LSN = .none
    ) throws -> (lsns: [UInt64], outcome: LogRecovery.Outcome?) {
        var lsns: [UInt64] = []
        let outcome = try LogRecovery.open(directory: directory.path, from: from, durable: durable) { _, lsn in
            lsns.append(lsn.rawValue)
        }
        return (lsns, outcome)
    }

    /// What recovery refuses the log for, if it does.
    static func refusal(_ directory: URL, durable: LSN = .none) throws -> LogDamage? {
        do {
            _ = try recover(directory, durable: durable)
            return nil
        } catch SagaLogError.corrupt(_, let damage) {
            return damage
        }
    }
}
