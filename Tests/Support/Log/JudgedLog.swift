import Foundation
import LogPlan

/// A log as its files say it is, read by a reader that shares nothing with the log's own.
public struct JudgedLog: Sendable {
    /// Up to the first byte that is no sound record where one could be; a batch that is not all there is left out.
    public private(set) var records: [JudgedRecord] = []
    /// What follows the last sound record, if it is not the zeros of a segment's end.
    public private(set) var torn: String?

    /// What no crash can leave behind.
    public struct Unsound: Error, CustomStringConvertible {
        public let description: String
    }

    public init(_ directory: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        let segments = names.filter { $0.hasSuffix(".segment") && $0.utf8.count == 24 }.sorted()
        for (index, name) in segments.enumerated() {
            let bytes = try Data(contentsOf: URL(filePath: directory + "/" + name))
            try bytes.withUnsafeBytes { try read($0, name) }
            guard torn == nil || index == segments.count - 1 else {
                throw Unsound(description: "\(torn!), and another segment follows")
            }
        }
        while let last = records.last, last.rest > 0 { records.removeLast(Int(last.batch) + 1) }
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer, _ name: String) throws {
        guard bytes.count >= 4096, bytes.prefix(8).elementsEqual(Array("SGSLOG\0".utf8) + [1]) else {
            throw Unsound(description: "\(name) has no header")
        }
        guard bytes.number(8, 4) == UInt64(~CRC32C.add(.max, bytes[12..<64])) else {
            throw Unsound(description: "the header of \(name) is damaged")
        }
        guard bytes.number(16, 8) == UInt64(name.prefix(16), radix: 16) else {
            throw Unsound(description: "\(name) says that it is number \(bytes.number(16, 8))")
        }
        let expected = records.last.map { $0.lsn + 1 } ?? bytes.number(24, 8)
        guard bytes.number(24, 8) == expected else {
            throw Unsound(description: "\(name) begins at LSN \(bytes.number(24, 8)), not at \(expected)")
        }
        readRecords(bytes, name, from: expected)
    }

    private mutating func readRecords(_ bytes: UnsafeRawBufferPointer, _ name: String, from first: UInt64) {
        let salted = CRC32C.add(.max, bytes[12..<16])
        var next = first
        var at = 4096
        while at + 8 <= bytes.count {
            let length = Int(bytes.number(at, 4))
            if length == 0 { return }
            let isPlausible = length >= 88 && length % 8 == 0 && at + length <= bytes.count
            guard isPlausible, bytes.number(at + 8, 8) == next,
                bytes.number(at + 4, 4)
                    == UInt64(~CRC32C.add(CRC32C.add(salted, bytes[at..<at + 4]), bytes[at + 8..<at + length]))
            else {
                torn = "byte \(at) of \(name) begins no record \(next)"
                return
            }
            records.append(JudgedRecord(UnsafeRawBufferPointer(rebasing: bytes[at..<at + length]), name, at))
            at += length
            next += 1
        }
    }
}

/// A record's fields that tests ask for.
public struct JudgedRecord: Sendable, Hashable {
    public let file: String
    /// Its bytes in the file.
    public let bytes: Range<Int>
    public let lsn: UInt64
    /// Records of its group commit before it.
    public let group: UInt64
    /// Records of its batch before it, and after it.
    public let batch: UInt64
    public let rest: UInt64
    public let kind: UInt64
    public let epoch: UInt64
    public let sequence: UInt32
    /// The halves of the run's id.
    public let run: [UInt64]
    public let time: UInt64
    public let payload: [UInt8]

    init(_ bytes: UnsafeRawBufferPointer, _ file: String, _ offset: Int) {
        self.file = file
        self.bytes = offset..<offset + bytes.count
        lsn = bytes.number(8, 8)
        group = bytes.number(16, 2)
        batch = bytes.number(18, 2)
        rest = bytes.number(20, 2)
        kind = bytes.number(22, 1)
        epoch = bytes.number(24, 4)
        sequence = UInt32(bytes.number(28, 4))
        run = [bytes.number(32, 8), bytes.number(40, 8)]
        time = bytes.number(56, 8)
        payload = Array(bytes.dropFirst(88 + Int(bytes[23])).dropLast(Int(bytes[51])))
    }

    /// The task of `log-fixture` that has written it.
    public var task: Int? { run[0] == LogPlan.high ? Int(run[1]) : nil }
}

extension UnsafeRawBufferPointer {
    /// Little-endian.
    fileprivate func number(_ offset: Int, _ width: Int) -> UInt64 {
        var number: UInt64 = 0
        for index in 0..<width { number |= UInt64(self[offset + index]) << (8 * index) }
        return number
    }
}

/// CRC-32C by its definition (RFC 3720, appendix B.4), byte by byte.
enum CRC32C {
    /// - Parameter sum: all ones to begin with; all bits of the last one turned over are the checksum.
    static func add(_ sum: UInt32, _ bytes: Slice<UnsafeRawBufferPointer>) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            var sum = sum
            for index in bytes.indices {
                sum = table[Int(UInt8(truncatingIfNeeded: sum) ^ bytes.base[index])] ^ sum >> 8
            }
            return sum
        }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
    }
}
