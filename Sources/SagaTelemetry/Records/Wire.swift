import CSagascope

/// Protobuf's wire format written through a raw pointer that moves forward.
///
/// The caller has made sure of the room (see ``RecordEncoder/reserve(_:)``); nothing here checks.
/// Source: https://protobuf.dev/programming-guides/encoding/.
@usableFromInline typealias WirePointer = UnsafeMutableRawPointer

@usableFromInline enum Wire {
    /// Tag of a length-delimited field with a number below 16.
    @inlinable @inline(__always) static func lengthDelimited(_ field: UInt8) -> UInt8 { field << 3 | 2 }

    /// The most bytes that a tag and a length take.
    @usableFromInline static let header = 6

    @inlinable @inline(__always) static func varintSize(_ value: UInt64) -> Int {
        ((63 &- (value | 1).leadingZeroBitCount) &* 9 &+ 73) >> 6
    }
}

extension UnsafeMutableRawPointer {
    @inlinable @inline(__always) mutating func byte(_ value: UInt8) {
        storeBytes(of: value, as: UInt8.self)
        self += 1
    }

    @inlinable @inline(__always) mutating func fixed32(_ value: UInt32) {
        storeBytes(of: value.littleEndian, as: UInt32.self)
        self += 4
    }

    @inlinable @inline(__always) mutating func fixed64(_ value: UInt64) {
        storeBytes(of: value.littleEndian, as: UInt64.self)
        self += 8
    }

    /// A word whose hexadecimal form reads from its first byte: ids.
    @inlinable @inline(__always) mutating func bigEndian64(_ value: UInt64) {
        storeBytes(of: value.bigEndian, as: UInt64.self)
        self += 8
    }

    @inlinable @inline(__always) mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        byte(UInt8(truncatingIfNeeded: rest))
    }

    @inlinable @inline(__always) mutating func copy(_ source: UnsafeRawPointer, _ count: Int) {
        sgs_copy(self, source, UInt64(truncatingIfNeeded: count))
        self += count
    }

    @inlinable @inline(__always) mutating func field(_ tag: UInt8, _ source: UnsafeRawPointer, _ count: Int) {
        byte(tag)
        varint(UInt64(truncatingIfNeeded: count))
        copy(source, count)
    }
}

/// Reads the same format back, as far as recording needs it: to find an attribute that is set a second time.
struct WireReader {
    private(set) var at: UnsafeRawPointer
    let end: UnsafeRawPointer

    init(_ start: UnsafeRawPointer, _ end: UnsafeRawPointer) {
        at = start
        self.end = end
    }

    var isAtEnd: Bool { at >= end }

    mutating func varint() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < end, shift < 64 {
            let byte = at.load(as: UInt8.self)
            at += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return value
    }

    /// The next field: its number, wire type and, for a length-delimited one, its body.
    mutating func field() -> (number: UInt64, body: UnsafeRawBufferPointer)? {
        guard !isAtEnd else { return nil }
        let tag = varint()
        let length: Int
        switch tag & 7 {
        case 0:
            _ = varint()
            return (tag >> 3, UnsafeRawBufferPointer(start: nil, count: 0))
        case 1: length = 8
        case 5: length = 4
        default: length = Int(truncatingIfNeeded: varint())
        }
        guard length >= 0, length <= end - at else { return nil }
        defer { at += length }
        return (tag >> 3, UnsafeRawBufferPointer(start: at, count: length))
    }
}
