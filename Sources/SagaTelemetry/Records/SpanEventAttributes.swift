import CSagascope

/// The attributes of a span's event while it is being written; see ``TraceSpan/addEvent(_:at:_:)``.
@frozen public struct SpanEventAttributes: ~Copyable {
    @usableFromInline let encoder: RecordEncoder
    /// Where the event's body begins, as a distance from the record's start, which may move.
    @usableFromInline let body: Int
    /// A Bloom filter of the keys set so far.
    @usableFromInline var keys: UInt64 = 0
    @usableFromInline var count: UInt16 = 0
    @usableFromInline var dropped: UInt16 = 0

    @inlinable init(_ encoder: RecordEncoder, _ body: Int) {
        self.encoder = encoder
        self.body = body
    }

    @inlinable @inline(__always) static var tag: UInt8 { 3 << 3 | 2 }

    /// Whether an attribute with this key may be written. A key that is set again replaces its value.
    @inlinable @inline(__always) mutating func admit(_ key: RecordEncoder.Bytes, _ size: Int) -> Bool {
        let hash = RecordEncoder.hash(key)
        let bits: UInt64 = 1 << (hash >> 58) | 1 << (hash >> 52 & 63)
        if keys & bits == bits { removeAttribute(key) }
        keys |= bits
        guard count < sgs_event_attribute_limit(), encoder.reserve(size) else {
            if dropped < .max { dropped += 1 }
            return false
        }
        count &+= 1
        return true
    }

    @inlinable @inline(__always) mutating func write(_ key: RecordEncoder.Bytes, string value: RecordEncoder.Bytes) {
        let value = encoder.withinLimit(value)
        guard !key.isEmpty, admit(key, key.count &+ value.count &+ 24) else { return }
        encoder.append { RecordEncoder.write(string: value, key: key, tag: Self.tag, to: &$0) }
    }

    @usableFromInline @inline(never) mutating func removeAttribute(_ key: RecordEncoder.Bytes) {
        if encoder.removeAttribute(key, field: 3, from: body) { count -= 1 }
    }
}

extension SpanEventAttributes: AttributeSetting {
    @inlinable public mutating func set(_ key: StaticString, utf8 value: UnsafeBufferPointer<UInt8>) {
        write(key.utf8Bytes, string: value)
    }

    @inlinable public mutating func set(_ key: StaticString, _ value: Int64) {
        guard admit(key.utf8Bytes, key.utf8CodeUnitCount &+ 32) else { return }
        encoder.append { RecordEncoder.write(int: value, key: key.utf8Bytes, tag: Self.tag, to: &$0) }
    }

    @inlinable public mutating func set(_ key: StaticString, _ value: Double) {
        guard admit(key.utf8Bytes, key.utf8CodeUnitCount &+ 32) else { return }
        encoder.append { RecordEncoder.write(double: value, key: key.utf8Bytes, tag: Self.tag, to: &$0) }
    }

    @inlinable public mutating func set(_ key: StaticString, _ value: Bool) {
        guard admit(key.utf8Bytes, key.utf8CodeUnitCount &+ 32) else { return }
        encoder.append { RecordEncoder.write(bool: value, key: key.utf8Bytes, tag: Self.tag, to: &$0) }
    }

    public mutating func set(_ key: String, to value: AttributeValue) {
        guard !key.isEmpty else { return }
        let limit = encoder.slot.pointee.value_limit
        let value = limit == .max ? value : value.cut(to: Int(limit))
        var key = key
        key.withUTF8 { key in
            let size = AnyValueEncoding.size(of: value)
            guard admit(key, key.count + size + 24) else { return }
            encoder.append { at in
                RecordEncoder.writeHead(Self.tag, key, valueSize: size, to: &at)
                AnyValueEncoding.write(value, to: &at)
            }
        }
    }
}
