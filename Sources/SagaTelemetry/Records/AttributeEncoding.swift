import CSagascope

// KeyValue { key = 1; value = 2 } with AnyValue { string = 1, bool = 2, int = 3, double = 4, array = 5, kvlist = 6, bytes = 7 }.
// Source: opentelemetry/proto/common/v1/common.proto.

extension RecordEncoder {
    /// A key's bytes. Keys are short; the fast paths hold for keys below 100 bytes.
    @usableFromInline typealias Bytes = UnsafeBufferPointer<UInt8>

    @inlinable @inline(__always) func set(_ tag: UInt8, _ key: Bytes, string value: Bytes) {
        guard admit(key, key.count &+ value.count &+ 24) else { return }
        var at = cursor
        Self.write(string: value, key: key, tag: tag, to: &at)
        cursor = at
    }

    @inlinable @inline(__always) func set(_ tag: UInt8, _ key: Bytes, int value: Int64) {
        guard admit(key, key.count &+ 32) else { return }
        let bits = UInt64(bitPattern: value)
        var at = cursor
        Self.writeHead(tag, key, valueSize: 1 &+ Wire.varintSize(bits), to: &at)
        at.byte(3 << 3)
        at.varint(bits)
        cursor = at
    }

    @inlinable @inline(__always) func set(_ tag: UInt8, _ key: Bytes, double value: Double) {
        guard admit(key, key.count &+ 32) else { return }
        var at = cursor
        Self.writeHead(tag, key, valueSize: 9, to: &at)
        at.byte(4 << 3 | 1)
        at.fixed64(value.bitPattern)
        cursor = at
    }

    @inlinable @inline(__always) func set(_ tag: UInt8, _ key: Bytes, bool value: Bool) {
        guard admit(key, key.count &+ 32) else { return }
        var at = cursor
        Self.writeHead(tag, key, valueSize: 2, to: &at)
        at.byte(2 << 3)
        at.byte(value ? 1 : 0)
        cursor = at
    }

    /// A value of any kind, compound ones included.
    @usableFromInline func set(_ tag: UInt8, _ key: Bytes, value: AttributeValue) {
        let size = AnyValueEncoding.size(of: value)
        guard admit(key, key.count + size + 24) else { return }
        var at = cursor
        Self.writeHead(tag, key, valueSize: size, to: &at)
        AnyValueEncoding.write(value, to: &at)
        cursor = at
    }

    // MARK: parts

    @inlinable @inline(__always)
    static func write(string value: Bytes, key: Bytes, tag: UInt8, to at: inout WirePointer) {
        let size = 1 &+ Wire.varintSize(UInt64(value.count)) &+ value.count
        writeHead(tag, key, valueSize: size, to: &at)
        guard let base = value.baseAddress else { return at.emptyString() }
        at.field(Wire.lengthDelimited(1), base, value.count)
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
        guard slot.pointee.attributes < Self.attributeLimit, reserve(size) else { return refuse() }
        slot.pointee.attributes &+= 1
        return true
    }

    @usableFromInline @inline(never) func refuse() -> Bool {
        if slot.pointee.dropped_attributes < .max { slot.pointee.dropped_attributes += 1 }
        return false
    }

    /// A hash of a key's length and last bytes (names differ at their end).
    @inlinable @inline(__always) static func hash(_ key: Bytes) -> UInt64 {
        var word = UInt64(key.count)
        if key.count >= 8, let base = key.baseAddress {
            word ^= UnsafeRawPointer(base + (key.count &- 8)).loadUnaligned(as: UInt64.self)
        } else {
            for byte in key { word = word &<< 8 | UInt64(byte) }
        }
        return word &* 0x9e37_79b9_7f4a_7c15
    }

    /// Takes an attribute that was set before out of the record, if it is there: the last value stands, once.
    @usableFromInline @inline(never) func removeAttribute(_ key: Bytes) {
        let start = UnsafeRawPointer(slot.pointee.start!)
        var reader = WireReader(start, UnsafeRawPointer(slot.pointee.cursor!))
        let attributeField = UInt64(slot.pointee.attribute_field)
        while true {
            let fieldStart = reader.at
            guard let (number, body) = reader.field() else { return }
            guard number == attributeField, let base = body.baseAddress else { continue }
            var inner = WireReader(base, base + body.count)
            guard let name = inner.field(), name.number == 1, name.body.elementsEqual(key) else { continue }
            let rest = reader.end - reader.at
            UnsafeMutableRawPointer(mutating: fieldStart).copyMemory(from: reader.at, byteCount: rest)
            cursor = UnsafeMutableRawPointer(mutating: fieldStart) + rest
            slot.pointee.attributes &-= 1
            return
        }
    }
}

extension UnsafeMutableRawPointer {
    @usableFromInline @inline(never) mutating func emptyString() {
        byte(Wire.lengthDelimited(1))
        byte(0)
    }
}

/// AnyValue of every kind, sized first and then written.
enum AnyValueEncoding {
    static func size(of value: AttributeValue) -> Int {
        switch value {
        case .string(let text): field(text.utf8.count)
        case .bool: 2
        case .int(let number): 1 + Wire.varintSize(UInt64(bitPattern: number))
        case .double: 9
        case .bytes(let bytes): field(bytes.count)
        case .array(let values): field(arraySize(values))
        case .keyValues(let pairs): field(listSize(pairs))
        }
    }

    static func write(_ value: AttributeValue, to at: inout WirePointer) {
        switch value {
        case .string(let text):
            write(text, tag: Wire.lengthDelimited(1), to: &at)
        case .bool(let flag):
            at.byte(2 << 3)
            at.byte(flag ? 1 : 0)
        case .int(let number):
            at.byte(3 << 3)
            at.varint(UInt64(bitPattern: number))
        case .double(let number):
            at.byte(4 << 3 | 1)
            at.fixed64(number.bitPattern)
        case .bytes(let bytes):
            at.byte(Wire.lengthDelimited(7))
            at.varint(UInt64(bytes.count))
            bytes.withUnsafeBytes { if let base = $0.baseAddress { at.copy(base, $0.count) } }
        case .array(let values):
            at.byte(Wire.lengthDelimited(5))
            at.varint(UInt64(arraySize(values)))
            for value in values {
                at.byte(Wire.lengthDelimited(1))
                at.varint(UInt64(size(of: value)))
                write(value, to: &at)
            }
        case .keyValues(let pairs):
            at.byte(Wire.lengthDelimited(6))
            at.varint(UInt64(listSize(pairs)))
            for pair in pairs {
                at.byte(Wire.lengthDelimited(1))
                at.varint(UInt64(pairSize(pair)))
                write(pair.key, tag: Wire.lengthDelimited(1), to: &at)
                at.byte(Wire.lengthDelimited(2))
                at.varint(UInt64(size(of: pair.value)))
                write(pair.value, to: &at)
            }
        }
    }

    private static func write(_ text: String, tag: UInt8, to at: inout WirePointer) {
        at.byte(tag)
        at.varint(UInt64(text.utf8.count))
        var text = text
        text.withUTF8 { if let base = $0.baseAddress { at.copy(base, $0.count) } }
    }

    /// A length-delimited field with a number below 16: tag, length, body.
    private static func field(_ body: Int) -> Int { 1 + Wire.varintSize(UInt64(body)) + body }

    private static func arraySize(_ values: [AttributeValue]) -> Int {
        values.reduce(0) { $0 + field(size(of: $1)) }
    }

    private static func listSize(_ pairs: [AttributeValue.KeyValue]) -> Int {
        pairs.reduce(0) { $0 + field(pairSize($1)) }
    }

    private static func pairSize(_ pair: AttributeValue.KeyValue) -> Int {
        field(pair.key.utf8.count) + field(size(of: pair.value))
    }
}
