import CSagascope
import Foundation
import TestSupport

/// A change to a log's files by somebody who knows their format.
struct LogMutation: CustomStringConvertible {
    private(set) var description: String
    /// Checksums were made right again, so that only what records say of each other can tell.
    let isForged: Bool

    /// Changes one thing in the directory.
    init(in directory: String, _ records: [JudgedRecord], _ random: inout SplitMix) throws {
        let snapshots = try FileManager.default.contentsOfDirectory(atPath: directory).filter {
            $0.hasSuffix(".snapshot")
        }
        if !snapshots.isEmpty, random.next() % 2 == 0 {
            let name = snapshots.sorted()[Int(random.next() % UInt64(snapshots.count))]
            (description, isForged) = (try Self.damage(directory, name, &random), false)
            return
        }
        let record = records[Int(random.next() % UInt64(records.count))]
        switch random.next() % 10 {
        case 0, 1, 2: (description, isForged) = (try Self.forge(directory, record, &random), true)
        case 3, 4: (description, isForged) = (try Self.damage(directory, record.file, &random), false)
        case 5: (description, isForged) = (try Self.header(directory, record.file, &random), true)
        case 6: (description, isForged) = (try Self.swap(directory, record, records, &random), false)
        default: (description, isForged) = (try Self.flip(directory, record, &random), false)
        }
    }

    private static func edit(_ directory: String, _ file: String, _ change: (inout Data) -> Void) throws {
        let url = URL(filePath: directory + "/" + file)
        var data = try Data(contentsOf: url)
        change(&data)
        try data.write(to: url)
    }

    /// A bit of a record, in its header more often than not.
    private static func flip(_ directory: String, _ record: JudgedRecord, _ random: inout SplitMix) throws -> String {
        let span = random.next() % 3 == 0 ? record.bytes.count : 88
        let at = record.bytes.lowerBound + Int(random.next() % UInt64(span))
        let bit = UInt8(1) << UInt8(random.next() % 8)
        try edit(directory, record.file) { $0[at] ^= bit }
        return "bit \(bit) of byte \(at) of \(record.file), LSN \(record.lsn)"
    }

    /// A field of a record, with the checksum that belongs to it.
    private static func forge(_ directory: String, _ record: JudgedRecord, _ random: inout SplitMix) throws -> String {
        let fields = [(0, 4), (8, 8), (16, 2), (18, 2), (20, 2), (22, 1), (23, 1), (24, 4), (28, 4), (51, 1)]
        let (offset, width) = fields[Int(random.next() % UInt64(fields.count))]
        let values: [UInt64] = [0, 1, 88, random.next() % 4096, random.next(), .max]
        let value = values[Int(random.next() % 6)]
        let start = record.bytes.lowerBound
        try edit(directory, record.file) { data in
            put(value, width, at: start + offset, in: &data)
            seal(&data, record.bytes)
        }
        return "field at \(offset) of LSN \(record.lsn) is \(value)"
    }

    private static func put(_ value: UInt64, _ width: Int, at offset: Int, in data: inout Data) {
        for index in 0..<width { data[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }

    private static func seal(_ data: inout Data, _ bytes: Range<Int>) {
        data.withUnsafeMutableBytes { data in
            guard let base = data.baseAddress else { return }
            let claimed = Int(data.loadUnaligned(fromByteOffset: bytes.lowerBound, as: UInt32.self))
            let length = (8...(data.count - bytes.lowerBound)).contains(claimed) ? claimed : bytes.count
            var sum = sgs_crc32c(0, base + 12, 4)
            sum = sgs_crc32c(sum, base + bytes.lowerBound, 4)
            sum = sgs_crc32c(sum, base + bytes.lowerBound + 8, UInt64(length - 8))
            data.storeBytes(of: sum.littleEndian, toByteOffset: bytes.lowerBound + 4, as: UInt32.self)
        }
    }

    /// A field of a segment's header, with the checksum that belongs to it.
    private static func header(_ directory: String, _ file: String, _ random: inout SplitMix) throws -> String {
        let fields = [(12, 4), (16, 8), (24, 8), (32, 4), (40, 8), (48, 8)]
        let (offset, width) = fields[Int(random.next() % UInt64(fields.count))]
        let values: [UInt64] = [0, 1, random.next() % 4096, random.next(), .max]
        let value = values[Int(random.next() % 5)]
        try edit(directory, file) { data in
            put(value, width, at: offset, in: &data)
            put(UInt64(data.withUnsafeBytes { sgs_crc32c(0, $0.baseAddress! + 12, 52) }), 4, at: 8, in: &data)
        }
        return "header field at \(offset) of \(file) is \(value)"
    }

    /// What disks and people do to files.
    private static func damage(_ directory: String, _ file: String, _ random: inout SplitMix) throws -> String {
        var told = ""
        let kind = random.next() % 4
        try edit(directory, file) { data in
            let sector = Int(random.next() % UInt64(max(1, data.count / 512)))
            let part = min(sector * 512, data.count)..<min(sector * 512 + 512, data.count)
            switch kind {
            case 0:
                data.replaceSubrange(part, with: repeatElement(0, count: part.count))
                told = "sector \(sector) is zeros"
            case 1:
                data.replaceSubrange(part, with: part.map { _ in UInt8(truncatingIfNeeded: random.next()) })
                told = "sector \(sector) is noise"
            case 2:
                data = data.prefix(part.lowerBound)
                told = "cut at sector \(sector)"
            default:
                let at = Int(random.next() % UInt64(data.count))
                data[at] ^= UInt8(1) << UInt8(random.next() % 8)
                told = "a bit of byte \(at)"
            }
        }
        return "\(file): \(told)"
    }

    /// Two records in each other's place, or one twice.
    private static func swap(
        _ directory: String, _ record: JudgedRecord, _ records: [JudgedRecord], _ random: inout SplitMix
    ) throws -> String {
        let others = records.filter { $0.file == record.file && $0.bytes.count == record.bytes.count }
        let other = others[Int(random.next() % UInt64(others.count))]
        let isCopy = random.next() % 2 == 0
        try edit(directory, record.file) { data in
            let (one, two) = (data[record.bytes], data[other.bytes])
            data.replaceSubrange(record.bytes, with: two)
            if !isCopy { data.replaceSubrange(other.bytes, with: one) }
        }
        return "LSN \(other.lsn) \(isCopy ? "stands at" : "and") \(record.lsn)"
    }
}
