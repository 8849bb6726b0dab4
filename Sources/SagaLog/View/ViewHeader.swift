internal import CSagascope

/// The first page of a view, written once, and where the parts after it lie; `docs/log-format.md` is the same for readers.
///
/// ```
///    0 magic      8 bytes  "SGSVIEW\1", the last one the version
///    8 checksum   u32      CRC-32C over bytes 12 to 127
///   12 epoch      u32
///   16 log        u64
///   24 created    u64      Unix ns
///   32 capacity   u32      slots
///   36 names      u32      bytes of the table of names
///   40 process    i32      the writer's
///   44 zero       u32
///   48 start time u64      of the writer, in clock ticks since the machine started
///   56 boot id    2 × u64  high word first
///   72 namespace  u64      inode of the writer's pid namespace
///   80 zeros      48 bytes
///  128 heads      2 cells, written in turns
///  256 zeros
/// 4096 names, then slots: cells of 64 bytes
/// ```
struct ViewHeader: Hashable, Sendable {
    static let bytes = 4096
    static let usedBytes = 128
    static let cellBytes = 64
    private static let magic: UInt64 = 0x0157_4549_5653_4753

    /// What a reader takes a file's word for, at most.
    static let maximumCapacity = 1 << 20
    static let maximumNameBytes = 1 << 20

    var epoch: UInt32
    var log: UInt64
    var created: UInt64
    var capacity: Int
    var nameBytes: Int
    var writer: ViewWriter

    func headOffset(_ number: Int) -> Int { Self.usedBytes + number * Self.cellBytes }
    var nameOffset: Int { Self.bytes }
    var slotOffset: Int { Self.bytes + nameBytes }
    var fileBytes: Int { slotOffset + capacity * Self.cellBytes }

    /// The seed of a cell's checksum: of a slot by its number, of a head by its number from the other end.
    static func seed(_ checksum: UInt32, slot: Int) -> UInt32 { checksum ^ UInt32(truncatingIfNeeded: slot) }
    static func seed(_ checksum: UInt32, head: Int) -> UInt32 { ~checksum ^ UInt32(truncatingIfNeeded: head) }

    /// - Parameter bytes: ``usedBytes`` of them.
    /// - Returns: the header's checksum, from which all other ones of the file begin.
    func write(to bytes: UnsafeMutableRawPointer) -> UInt32 {
        bytes.initializeMemory(as: UInt8.self, repeating: 0, count: Self.usedBytes)
        bytes.storeBytes(of: Self.magic, as: UInt64.self)
        bytes.storeBytes(of: epoch, toByteOffset: 12, as: UInt32.self)
        bytes.storeBytes(of: log, toByteOffset: 16, as: UInt64.self)
        bytes.storeBytes(of: created, toByteOffset: 24, as: UInt64.self)
        bytes.storeBytes(of: UInt32(capacity), toByteOffset: 32, as: UInt32.self)
        bytes.storeBytes(of: UInt32(nameBytes), toByteOffset: 36, as: UInt32.self)
        bytes.storeBytes(of: writer.process, toByteOffset: 40, as: Int32.self)
        bytes.storeBytes(of: writer.startTime, toByteOffset: 48, as: UInt64.self)
        bytes.storeBytes(of: writer.boot[0], toByteOffset: 56, as: UInt64.self)
        bytes.storeBytes(of: writer.boot[1], toByteOffset: 64, as: UInt64.self)
        bytes.storeBytes(of: writer.namespace, toByteOffset: 72, as: UInt64.self)
        let checksum = Self.checksum(bytes)
        bytes.storeBytes(of: checksum, toByteOffset: 8, as: UInt32.self)
        return checksum
    }

    /// - Parameter bytes: ``usedBytes`` of them.
    init(_ bytes: [UInt8], path: String) throws(SagaLogError) {
        func word(_ offset: Int) -> UInt32 {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
        }
        func wide(_ offset: Int) -> UInt64 {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
        }
        guard wide(0) << 8 == Self.magic << 8 else {
            throw .view(path: path, reason: "it is not one: its first bytes are others")
        }
        guard wide(0) == Self.magic else {
            throw .view(path: path, reason: "it is of version \(bytes[7]), and this program knows version 1")
        }
        (epoch, log, created) = (word(12), wide(16), wide(24))
        (capacity, nameBytes) = (Int(word(32)), Int(word(36)))
        writer = ViewWriter(
            process: Int32(bitPattern: word(40)), startTime: wide(48), boot: [wide(56), wide(64)], namespace: wide(72))
        guard word(8) == bytes.withUnsafeBytes({ Self.checksum($0.baseAddress!) }),
            (1...Self.maximumCapacity).contains(capacity), nameBytes <= Self.maximumNameBytes, nameBytes % 64 == 0
        else { throw .view(path: path, reason: "its header is damaged") }
    }

    init(epoch: UInt32, log: UInt64, created: UInt64, capacity: Int, nameBytes: Int, writer: ViewWriter) {
        (self.epoch, self.log, self.created) = (epoch, log, created)
        (self.capacity, self.nameBytes, self.writer) = (capacity, nameBytes, writer)
    }

    static func checksum(_ bytes: UnsafeRawPointer) -> UInt32 {
        sgs_crc32c(0, bytes + 12, UInt64(usedBytes - 12))
    }
}
