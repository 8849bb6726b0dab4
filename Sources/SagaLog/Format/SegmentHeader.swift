internal import CSagascope

/// The first page of a segment; records begin after it.
///
/// ```
///  0 magic        8 bytes  "SGSLOG\0\1", the last one the version
///  8 checksum     u32      CRC-32C over bytes 12 to 63
/// 12 salt         u32      a new one for each use of the file, so that what an earlier one left behind is no record
/// 16 number       u64      1 for the log's first segment, and one more for each
/// 24 first        u64      LSN of its first record
/// 32 epoch        u32      when it was begun
/// 36 zero         u32
/// 40 size         u64      bytes of the file
/// 48 log          u64      a random number that all files of one log share
/// 56 created      u64      Unix ns
/// ```
struct SegmentHeader: Hashable, Sendable {
    /// A page, so that rewriting a record's page never touches the header.
    static let bytes = 4096
    static let usedBytes = 64
    private static let magic: UInt64 = 0x0100_474F_4C53_4753

    var salt: UInt32
    var number: UInt64
    var first: LSN
    var epoch: UInt32
    var size: UInt64
    var log: UInt64
    var created: UInt64

    /// - Parameter bytes: ``usedBytes`` of them.
    func write(to bytes: UnsafeMutableRawPointer) {
        bytes.storeBytes(of: Self.magic.littleEndian, as: UInt64.self)
        bytes.storeBytes(of: salt.littleEndian, toByteOffset: 12, as: UInt32.self)
        bytes.storeBytes(of: number.littleEndian, toByteOffset: 16, as: UInt64.self)
        bytes.storeBytes(of: first.rawValue.littleEndian, toByteOffset: 24, as: UInt64.self)
        bytes.storeBytes(of: epoch.littleEndian, toByteOffset: 32, as: UInt32.self)
        bytes.storeBytes(of: 0, toByteOffset: 36, as: UInt32.self)
        bytes.storeBytes(of: size.littleEndian, toByteOffset: 40, as: UInt64.self)
        bytes.storeBytes(of: log.littleEndian, toByteOffset: 48, as: UInt64.self)
        bytes.storeBytes(of: created.littleEndian, toByteOffset: 56, as: UInt64.self)
        bytes.storeBytes(of: Self.checksum(bytes).littleEndian, toByteOffset: 8, as: UInt32.self)
    }

    /// nil when these bytes are no header, or a damaged one.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.usedBytes, let base = bytes.baseAddress else { return nil }
        func word(_ offset: Int) -> UInt32 {
            UInt32(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        func wide(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        guard wide(0) == Self.magic, word(8) == Self.checksum(base) else { return nil }
        salt = word(12)
        number = wide(16)
        first = LSN(wide(24))
        epoch = word(32)
        size = wide(40)
        log = wide(48)
        created = wide(56)
    }

    init(salt: UInt32, number: UInt64, first: LSN, epoch: UInt32, size: UInt64, log: UInt64, created: UInt64) {
        self.salt = salt
        self.number = number
        self.first = first
        self.epoch = epoch
        self.size = size
        self.log = log
        self.created = created
    }

    private static func checksum(_ bytes: UnsafeRawPointer) -> UInt32 {
        sgs_crc32c(0, bytes + 12, UInt64(usedBytes - 12))
    }
}
