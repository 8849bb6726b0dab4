internal import CSagascope
import SagaTelemetry

/// A record's bytes, little-endian and a multiple of 8 long; `docs/log-format.md` is the same for readers.
///
/// ```
///  0 length      u32   of the whole record; 0 ends the segment
///  4 checksum    u32   CRC-32C over the segment's salt, the length, and everything from byte 8 on
///  8 LSN         u64
/// 16 group       u16   records since the first of its group commit
/// 18 batch       u16   records since the first of its atomic batch
/// 20 rest        u16   records that its atomic batch still has after it
/// 22 kind        u8
/// 23 name        u8    length of the name
/// 24 epoch       u32
/// 28 sequence    u32   of its run
/// 32 run         2 × u64, high word first
/// 48 attempt     u16
/// 50 flags       u8    W3C trace flags
/// 51 padding     u8    zeros after the payload, 0 to 7
/// 52 step        u32
/// 56 time        u64   Unix ns
/// 64 trace id    2 × u64, high word first
/// 80 span id     u64
/// 88 name, payload, padding
/// ```
enum RecordFormat {
    static let headerBytes = 88
    /// No record is longer, so that a damaged length is told at once.
    static let maximumBytes = 1 << 20
    /// Of a name, in UTF-8.
    static let maximumName = 255
    /// Records of one group commit, and of one batch: what 16 bits number, with room to spare.
    static let maximumGroup = 16_384

    static func length(name: Int, payload: Int) -> Int { (headerBytes + name + payload + 7) & ~7 }

    /// - Returns: the record's length.
    /// - Throws: ``SagaLogError/tooLong(bytes:limit:)`` for one beyond `limit`, or with a name beyond ``maximumName``.
    static func length(of entry: borrowing LogEntry, limit: Int) throws(SagaLogError) -> Int {
        let name = entry.name.utf8.count
        let length = length(name: name, payload: entry.payload.count)
        guard name <= maximumName else { throw .tooLong(bytes: name, limit: maximumName) }
        guard length <= limit else { throw .tooLong(bytes: length, limit: limit) }
        return length
    }

    /// The checksum's beginning for all records of a segment.
    static func seed(salt: UInt32) -> UInt32 {
        withUnsafeBytes(of: salt.littleEndian) { sgs_crc32c(0, $0.baseAddress, 4) }
    }

    static func checksum(_ record: UnsafeRawPointer, length: Int, seed: UInt32) -> UInt32 {
        sgs_crc32c_word(seed, record.loadUnaligned(as: UInt32.self), record + 8, UInt64(length - 8))
    }
}

// MARK: writing

extension RecordFormat {
    /// What a record has before its place in the log is known: all but LSN, group, batch, epoch and checksum.
    /// - Parameter bytes: at least `length(…)` of them.
    /// - Returns: the record's length.
    @discardableResult static func write(
        _ entry: borrowing LogEntry, run: TraceID, time: UInt64, to bytes: UnsafeMutableRawPointer
    ) -> Int {
        var name = entry.name
        return name.withUTF8 { name in
            let length = length(name: name.count, payload: entry.payload.count)
            let used = headerBytes + name.count + entry.payload.count
            bytes.storeBytes(of: UInt32(length).littleEndian, as: UInt32.self)
            bytes.storeBytes(of: entry.kind.rawValue, toByteOffset: 22, as: UInt8.self)
            bytes.storeBytes(of: UInt8(name.count), toByteOffset: 23, as: UInt8.self)
            bytes.storeBytes(of: entry.sequence.littleEndian, toByteOffset: 28, as: UInt32.self)
            bytes.storeBytes(of: run.high.littleEndian, toByteOffset: 32, as: UInt64.self)
            bytes.storeBytes(of: run.low.littleEndian, toByteOffset: 40, as: UInt64.self)
            bytes.storeBytes(of: entry.attempt.littleEndian, toByteOffset: 48, as: UInt16.self)
            bytes.storeBytes(of: entry.trace.isSampled ? 1 : 0, toByteOffset: 50, as: UInt8.self)
            bytes.storeBytes(of: UInt8(length - used), toByteOffset: 51, as: UInt8.self)
            bytes.storeBytes(of: entry.step.littleEndian, toByteOffset: 52, as: UInt32.self)
            bytes.storeBytes(of: time.littleEndian, toByteOffset: 56, as: UInt64.self)
            bytes.storeBytes(of: entry.trace.traceID.high.littleEndian, toByteOffset: 64, as: UInt64.self)
            bytes.storeBytes(of: entry.trace.traceID.low.littleEndian, toByteOffset: 72, as: UInt64.self)
            bytes.storeBytes(of: entry.trace.spanID.value.littleEndian, toByteOffset: 80, as: UInt64.self)
            if let from = name.baseAddress { (bytes + headerBytes).copyMemory(from: from, byteCount: name.count) }
            entry.payload.withUnsafeBytes { payload in
                guard let from = payload.baseAddress else { return }
                (bytes + headerBytes + name.count).copyMemory(from: from, byteCount: payload.count)
            }
            (bytes + used).initializeMemory(as: UInt8.self, repeating: 0, count: length - used)
            return length
        }
    }

    /// A record's place in the log.
    struct Place {
        var lsn: UInt64
        /// Positions in the group commit and in the batch, and how many of the batch are still to come.
        var group: UInt16
        var batch: UInt16
        var rest: UInt16
        var epoch: UInt32
    }

    /// Completes what ``write(_:run:time:to:)`` left open.
    @inline(__always) static func seal(_ bytes: UnsafeMutableRawPointer, length: Int, place: Place, seed: UInt32) {
        bytes.storeBytes(of: place.lsn.littleEndian, toByteOffset: 8, as: UInt64.self)
        bytes.storeBytes(of: place.group.littleEndian, toByteOffset: 16, as: UInt16.self)
        bytes.storeBytes(of: place.batch.littleEndian, toByteOffset: 18, as: UInt16.self)
        bytes.storeBytes(of: place.rest.littleEndian, toByteOffset: 20, as: UInt16.self)
        bytes.storeBytes(of: place.epoch.littleEndian, toByteOffset: 24, as: UInt32.self)
        bytes.storeBytes(of: checksum(bytes, length: length, seed: seed).littleEndian, toByteOffset: 4, as: UInt32.self)
    }
}

// MARK: reading

extension RecordFormat {
    /// The length that stands at the beginning of a record, if a record can be so long and ends before `available` bytes.
    @inline(__always) static func plausibleLength(_ bytes: UnsafeRawPointer, available: Int) -> Int? {
        guard available >= headerBytes else { return nil }
        let length = Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
        guard length >= headerBytes, length & 7 == 0, length <= maximumBytes, length <= available else { return nil }
        return length
    }

    /// Whether the record, of a plausible length, is as it was written.
    @inline(__always) static func isSound(_ bytes: UnsafeRawPointer, length: Int, seed: UInt32) -> Bool {
        let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        guard checksum(bytes, length: length, seed: seed) == stored else { return false }
        let used = headerBytes + Int(byte(bytes, 23)) + Int(byte(bytes, 51))
        return used <= length && byte(bytes, 51) < 8
    }

    @inline(__always) static func lsn(_ bytes: UnsafeRawPointer) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// Of a sound record.
    static func place(_ bytes: UnsafeRawPointer) -> Place {
        Place(
            lsn: lsn(bytes), group: half(bytes, 16), batch: half(bytes, 18), rest: half(bytes, 20),
            epoch: word(bytes, 24))
    }

    /// Of a sound record.
    static func kind(_ bytes: UnsafeRawPointer) -> LogRecordKind { LogRecordKind(rawValue: byte(bytes, 22)) }

    static func run(_ bytes: UnsafeRawPointer) -> TraceID { TraceID(high: wide(bytes, 32), low: wide(bytes, 40)) }

    /// Of a record that is known to be whole.
    static func length(of bytes: UnsafeRawPointer) -> Int { Int(word(bytes, 0)) }

    static func sequence(_ bytes: UnsafeRawPointer) -> UInt32 { word(bytes, 28) }
    static func attempt(_ bytes: UnsafeRawPointer) -> UInt16 { half(bytes, 48) }

    /// Unix ns.
    static func time(_ bytes: UnsafeRawPointer) -> UInt64 { wide(bytes, 56) }

    /// A sound record.
    static func record(_ bytes: UnsafeRawPointer, length: Int) -> LogRecord {
        let place = place(bytes)
        let nameBytes = Int(byte(bytes, 23))
        let name = name(UnsafeRawBufferPointer(start: bytes + headerBytes, count: nameBytes))
        let payloadBytes = length - headerBytes - nameBytes - Int(byte(bytes, 51))
        let payload = UnsafeRawBufferPointer(start: bytes + headerBytes + nameBytes, count: payloadBytes)
        let entry = LogEntry(
            kind(bytes), sequence: sequence(bytes), name: name, step: word(bytes, 52),
            attempt: attempt(bytes),
            trace: LogTrace(
                traceID: TraceID(high: wide(bytes, 64), low: wide(bytes, 72)), spanID: SpanID(wide(bytes, 80)),
                isSampled: byte(bytes, 50) & 1 != 0),
            payload: Array(payload))
        let first = place.lsn &- UInt64(place.batch)
        return LogRecord(
            lsn: LSN(place.lsn), group: LSN(place.lsn &- UInt64(place.group)),
            batch: LSN(first)...LSN(max(first, place.lsn &+ UInt64(place.rest))), epoch: place.epoch,
            time: wide(bytes, 56),
            run: run(bytes), entry: entry)
    }

    /// Never longer than what it is made of, so that a record can be written again: what is no UTF-8 becomes `?`.
    private static func name(_ bytes: UnsafeRawBufferPointer) -> String {
        String(validating: bytes, as: UTF8.self)
            ?? String(decoding: bytes.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    private static func byte(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt8 {
        bytes.load(fromByteOffset: offset, as: UInt8.self)
    }
    private static func half(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt16 {
        UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
    private static func word(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    private static func wide(_ bytes: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
