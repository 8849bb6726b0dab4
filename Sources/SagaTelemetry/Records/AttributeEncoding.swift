import CSagascope

// KeyValue { key = 1; value = 2 } with AnyValue { string = 1, bool = 2, int = 3, double = 4, array = 5, kvlist = 6, bytes = 7 }.
// Source: opentelemetry/proto/common/v1/common.proto.

extension RecordEncoder {
    /// A key's bytes. Keys are short; the fast paths hold for keys below 100 bytes.
    @usableFromInline typealias Bytes = UnsafeBufferPointer<UInt8>

    @inlinable @inline(__always) func set(_ tag: UInt8, _ key: Bytes, string value: Bytes) {
        let value = withinLimit(value)
        guard admit(key, key.count &+ value.count &+ 24) else { return }
        append { Self.write(string: value, key: key, tag: tag, to: &$0) }
    }

    @inlinable @inline(__always) func set(_ tag: UInt8, _ key: Bytes, int value: Int64) {
        guard admit(key, key.count &+ 32) else { return }
        append { Self.write(int: value, key: key, tag: tag, to: &$0) }
    }

    @inlinable @inline(__always) func set(_ tag: UInt8, _ key: Bytes, double value: Double) {
        guard admit(key, key.count &+ 32) else { return }
        append { Self.write(double: value, key: key, tag: tag, to: &$0) }
    }

    @inlinable @inline(__always) func set(_ tag: UInt8, _ key: Bytes, bool value: Bool) {
        guard admit(key, key.count &+ 32) else { return }
        append { Self.write(bool: value, key: key, tag: tag, to: &$0) }
    }

    /// A value of any kind, compound ones included.
    @usableFromInline func set(_ tag: UInt8, _ key: Bytes, value: AttributeValue) {
        let value = slot.pointee.value_limit == .max ? value : value.cut(to: Int(slot.pointee.value_limit))
        let size = AnyValueEncoding.size(of: value)
        guard admit(key, key.count + size + 24) else { return }
        var at = cursor
        Self.writeHead(tag, key, valueSize: size, to: &at)
        AnyValueEncoding.write(value, to: &at)
        cursor = at
    }

    // MARK: parts

    /// Writes at the cursor, where room was made.
    @inlinable @inline(__always) func append(_ write: (inout WirePointer) -> Void) {
        var at = cursor
        write(&at)
        cursor = at
    }

    @inlinable @inline(__always) func withinLimit(_ value: Bytes) -> Bytes {
        value.count <= slot.pointee.value_limit ? value : Self.cut(value, to: Int(slot.pointee.value_limit))
    }

    @inlinable @inline(__always)
    static func write(string value: Bytes, key: Bytes, tag: UInt8, to at: inout WirePointer) {
        let size = 1 &+ Wire.varintSize(UInt64(value.count)) &+ value.count
        writeHead(tag, key, valueSize: size, to: &at)
        guard let base = value.baseAddress else { return at.emptyString() }
        at.field(Wire.lengthDelimited(1), base, value.count)
    }

    @inlinable @inline(__always)
    static func write(int value: Int64, key: Bytes, tag: UInt8, to at: inout WirePointer) {
        let bits = UInt64(bitPattern: value)
        writeHead(tag, key, valueSize: 1 &+ Wire.varintSize(bits), to: &at)
        at.byte(3 << 3)
        at.varint(bits)
    }

    @inlinable @inline(__always)
    static func write(double value: Double, key: Bytes, tag: UInt8, to at: inout WirePointer) {
        writeHead(tag, key, valueSize: 9, to: &at)
        at.byte(4 << 3 | 1)
        at.fixed64(value.bitPattern)
    }

    @inlinable @inline(__always)
    static func write(bool value: Bool, key: Bytes, tag: UInt8, to at: inout WirePointer) {
        writeHead(tag, key, valueSize: 2, to: &at)
        at.byte(2 << 3)
        at.byte(value ? 1 : 0)
    }

    /// Everything of a KeyValue up to the AnyValue's body of `valueSize` bytes.
    @inlinable @inline(__always)
    static func writeHead(_ tag: UInt8, _ key: Bytes, valueSize: Int, to at: inout WirePointer) {
        at.byte(tag)
        if key.count &+ valueSize < 120 {  // every length is one byte
            at.byte(UInt8(truncatingIfNeeded: key.count &+ valueSize &+ 4))
            at.byte(Wire.lengthDelimited(1))
            at.byte(UInt8(truncatingIfNeeded: key.count))
            if let base = key.baseAddress { at.copy(base, key.count) }
            at.byte(Wire.lengthDelimited(2))
            at.byte(UInt8(truncatingIfNeeded: valueSize))
        } else {
            writeLongHead(key, valueSize, to: &at)
        }
    }

    @usableFromInline @inline(never)
    static func writeLongHead(_ key: Bytes, _ valueSize: Int, to at: inout WirePointer) {
        let keySize = Wire.varintSize(UInt64(key.count)) + key.count
        at.varint(UInt64(1 + keySize + 1 + Wire.varintSize(UInt64(valueSize)) + valueSize))
        at.byte(Wire.lengthDelimited(1))
        at.varint(UInt64(key.count))
        if let base = key.baseAddress { at.copy(base, key.count) }
        at.byte(Wire.lengthDelimited(2))
        at.varint(UInt64(valueSize))
    }

    /// Whether an attribute with this key may be written: makes room, drops past the limit, removes an older value.
    @inlinable @inline(__always) func admit(_ key: Bytes, _ size: Int) -> Bool {
        if sgs_slot_note_key(slot, Self.hash(key)) != 0 { removeAttribute(key) }
        guard slot.pointee.attributes < slot.pointee.attribute_limit, reserve(size) else { return refuse() }
        slot.pointee.attributes &+= 1
        return true
    }

    @usableFromInline @inline(never) func refuse() -> Bool {
        if slot.pointee.dropped_attributes < .max { slot.pointee.dropped_attributes += 1 }
        return false
    }

    /// The first `limit` scalars of a text: a character is never cut in two.
    @usableFromInline @inline(never) static func cut(_ text: Bytes, to limit: Int) -> Bytes {
        var scalars = 0
        for (place, byte) in text.enumerated() where byte & 0xc0 != 0x80 {
            if scalars == limit { return Bytes(rebasing: text[..<place]) }
            scalars += 1
        }
        return text
    }

    /// A hash of a key's length and last bytes (names differ at their end).
    @inlinable @inline(__always) static func hash(_ key: Bytes) -> UInt64 {
        var word = UInt64(key.count)
        if key.count >= 8, let base = key.baseAddress {
            word ^= UnsafeRawPointer(base + (key.count &- 8)).loadUnaligned(as: UInt64.self)
        } else if key.count >= 4, let base = key.baseAddress {
            let first = UnsafeRawPointer(base).loadUnaligned(as: UInt32.self)
            let last = UnsafeRawPointer(base + (key.count &- 4)).loadUnaligned(as: UInt32.self)
            word ^= UInt64(first) &<< 32 | UInt64(last)
        } else {
            for byte in key { word = word &<< 8 | UInt64(byte) }
        }
        return word &* 0x9e37_79b9_7f4a_7c15
    }

    /// The last value stands, once: takes out the one that was set before, if it is there.
    @usableFromInline @inline(never) func removeAttribute(_ key: Bytes) {
        if removeAttribute(key, field: UInt64(slot.pointee.attribute_field), from: 0) { slot.pointee.attributes &-= 1 }
    }

    /// Takes the KeyValue with this key out of the fields numbered `field` that begin at `offset` of the record.
    func removeAttribute(_ key: Bytes, field: UInt64, from offset: Int) -> Bool {
        var reader = WireReader(UnsafeRawPointer(slot.pointee.start + offset), UnsafeRawPointer(cursor))
        while true {
            let fieldStart = reader.at
            guard let (number, body) = reader.field() else { return false }
            guard number == field, let base = body.baseAddress else { continue }
            var inner = WireReader(base, base + body.count)
            guard let name = inner.field(), name.number == 1, name.body.elementsEqual(key) else { continue }
            let rest = reader.end - reader.at
            UnsafeMutableRawPointer(mutating: fieldStart).copyMemory(from: reader.at, byteCount: rest)
            cursor = UnsafeMutableRawPointer(mutating: fieldStart) + rest
            return true
        }
    }
}

extension UnsafeMutableRawPointer {
    @usableFromInline @inline(never) mutating func emptyString() {
        byte(Wire.lengthDelimited(1))
        byte(0)
    }
}
