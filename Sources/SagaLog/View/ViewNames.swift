internal import CSagascope
import Glibc
import Synchronization

/// The names of sagas and steps in a view, each once: slots say their numbers. It only grows, and is bounded.
///
/// An entry is a multiple of 8 bytes long; the first one that is not sound ends the table:
/// ```
/// 0 checksum  u32   CRC-32C over the name; its seed is the header's checksum, in exclusive or with the entry's number
/// 4 length    u8    of the name, never 0
/// 5 zeros     3 bytes
/// 8 name, zeros
/// ```
/// Names are numbered as they come, from 1 on.
///
/// The bytes are the view's. An entry is written once, under the lock, and found by others after that only: through its
/// bucket, which is stored last.
final class ViewNames: @unchecked Sendable {
    static let maximumNames = 4_095
    private static let bucketCount = 8_192

    private let bytes: UnsafeMutableRawPointer
    private let capacity: Int
    private let checksum: UInt32
    /// A name's hash, its place in units of 8 bytes, and its number, in 32, 16 and 16 bits; 0 for none. Linear probing.
    private let buckets: UnsafeMutablePointer<Atomic<UInt64>>
    private let end = Mutex(End())
    private let refusals = Atomic<UInt64>(0)

    private struct End {
        var used = 0
        var count = 0
    }

    /// - Parameters:
    ///   - bytes: zeros, below 512 KiB; they stay there for as long as this does.
    ///   - checksum: of the view's header.
    init(_ bytes: UnsafeMutableRawBufferPointer, checksum: UInt32) {
        self.bytes = bytes.baseAddress!
        capacity = bytes.count
        self.checksum = checksum
        buckets = .allocate(capacity: Self.bucketCount)
        for index in 0..<Self.bucketCount { (buckets + index).initialize(to: Atomic(0)) }
    }

    deinit {
        buckets.deinitialize(count: Self.bucketCount)
        buckets.deallocate()
    }

    /// How often a name was asked for that had no room.
    var refused: UInt64 { refusals.load(ordering: .relaxed) }

    /// The name's number; 0 for an empty one, and for one that has no room. Takes a lock for a new name only.
    func number(of name: UnsafeRawBufferPointer) -> UInt16 {
        guard let start = name.baseAddress, name.count > 0 else { return 0 }
        let hash = sgs_crc32c(0, start, UInt64(name.count))
        return known(name, hash) ?? add(name, hash)
    }

    private func known(_ name: UnsafeRawBufferPointer, _ hash: UInt32) -> UInt16? {
        var index = Int(hash) & (Self.bucketCount - 1)
        while true {
            let bucket = buckets[index].load(ordering: .acquiring)
            if bucket == 0 { return nil }
            if UInt32(truncatingIfNeeded: bucket >> 32) == hash {
                let entry = bytes + Int(bucket >> 16 & 0xFFFF) * 8
                if Int(entry.load(fromByteOffset: 4, as: UInt8.self)) == name.count,
                    memcmp(entry + 8, name.baseAddress!, name.count) == 0
                {
                    return UInt16(truncatingIfNeeded: bucket)
                }
            }
            index = (index + 1) & (Self.bucketCount - 1)
        }
    }

    private func add(_ name: UnsafeRawBufferPointer, _ hash: UInt32) -> UInt16 {
        let length = (8 + name.count + 7) & ~7
        return end.withLock { end in
            if let number = known(name, hash) { return number }
            guard name.count <= RecordFormat.maximumName, end.used + length <= capacity, end.count < Self.maximumNames
            else {
                refusals.add(1, ordering: .relaxed)
                return 0
            }
            let number = UInt16(end.count + 1)
            let entry = bytes + end.used
            (entry + 8).copyMemory(from: name.baseAddress!, byteCount: name.count)
            let sum = Self.checksum(name.baseAddress!, name.count, number: number, of: checksum)
            entry.storeBytes(of: UInt64(sum) | UInt64(name.count) << 32, as: UInt64.self)
            var index = Int(hash) & (Self.bucketCount - 1)
            while buckets[index].load(ordering: .relaxed) != 0 { index = (index + 1) & (Self.bucketCount - 1) }
            let bucket = UInt64(hash) << 32 | UInt64(end.used / 8) << 16 | UInt64(number)
            buckets[index].store(bucket, ordering: .releasing)
            end.used += length
            end.count += 1
            return number
        }
    }

    private static func checksum(_ name: UnsafeRawPointer, _ count: Int, number: UInt16, of header: UInt32) -> UInt32 {
        sgs_crc32c(ViewHeader.seed(header, slot: Int(number)), name, UInt64(count))
    }
}

extension ViewNames {
    /// The names in a table, by number; number 0 is the empty one. One that cannot be read ends it.
    static func read(_ table: UnsafeRawBufferPointer, checksum: UInt32) -> [String] {
        var names = [""]
        var at = 0
        while at + 8 < table.count, names.count <= maximumNames {
            let head = table.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            let count = Int(head >> 32)
            guard (1...RecordFormat.maximumName).contains(count), at + 8 + count <= table.count else { break }
            let name = UnsafeRawBufferPointer(rebasing: table[at + 8..<at + 8 + count])
            let sum = Self.checksum(name.baseAddress!, count, number: UInt16(names.count), of: checksum)
            guard sum == UInt32(truncatingIfNeeded: head) else { break }
            names.append(String(decoding: name, as: UTF8.self))
            at += (8 + count + 7) & ~7
        }
        return names
    }
}
