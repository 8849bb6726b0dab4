import CSagascope

/// Tags of `Span`'s fields that are written piece by piece.
@usableFromInline enum SpanField {
    @inlinable static var number: UInt8 { 9 }
    @inlinable static var attributes: UInt8 { 9 << 3 | 2 }
    @usableFromInline static let droppedAttributes: UInt8 = 10 << 3
    @usableFromInline static let droppedEvents: UInt8 = 12 << 3
    @usableFromInline static let droppedLinks: UInt8 = 14 << 3
    @usableFromInline static let events: UInt8 = 11 << 3 | 2
    @usableFromInline static let links: UInt8 = 13 << 3 | 2
    @usableFromInline static let status: UInt8 = 15 << 3 | 2
    /// Field 16 takes a tag of two bytes; this is both, little-endian.
    @inlinable static var flags: UInt16 { 0x0185 }
}

extension RecordEncoder {
    /// Head of a span: ids, parent, name, kind and start.
    @inlinable @inline(__always)
    func beginSpan(
        _ name: String, _ kind: TraceSpanKind, _ context: TraceContext, _ parent: TraceContext?, _ time: UInt64?
    ) {
        let startTime = time ?? now
        slot.pointee.attribute_field = SpanField.number
        slot.pointee.start_time = startTime
        let length = name.utf8.count
        // A name that no record can hold is left out rather than the span.
        let named = reserve(length &+ 96)
        var at = cursor
        at.storeBytes(of: UInt16(littleEndian: 0x100a), as: UInt16.self)  // 1: trace_id, 16 bytes
        at += 2
        at.bigEndian64(context.traceID.high)
        at.bigEndian64(context.traceID.low)
        at.storeBytes(of: UInt16(littleEndian: 0x0812), as: UInt16.self)  // 2: span_id, 8 bytes
        at += 2
        at.bigEndian64(context.spanID.value)
        if let parent {
            at.storeBytes(of: UInt16(littleEndian: 0x0822), as: UInt16.self)  // 4: parent_span_id
            at += 2
            at.bigEndian64(parent.spanID.value)
        }
        at.byte(Wire.lengthDelimited(5))
        at.varint(UInt64(named ? length : 0))
        if named {
            _ = UnsafeMutableBufferPointer(start: at.assumingMemoryBound(to: UInt8.self), count: length)
                .initialize(fromContentsOf: name.utf8)
            at += length
        }
        at.byte(6 << 3)
        at.byte(kind.rawValue)
        at.byte(7 << 3 | 1)
        at.fixed64(startTime)
        // SpanFlags: bit 8 says that bit 9, "the parent is remote", is known.
        at.storeBytes(of: SpanField.flags.littleEndian, as: UInt16.self)
        at += 2
        at.fixed32(UInt32(context.flags) | 0x100 | (parent?.isRemote == true ? 0x200 : 0))
        cursor = at
    }

    /// Tail of a span: end, status and what was dropped; then off to the ring.
    @inlinable @inline(__always) func endSpan(_ status: TraceSpanStatus, _ time: UInt64?) {
        let time = time ?? now
        var at = cursor  // the slot's tail has room for what follows, whatever was written before
        at.byte(8 << 3 | 1)
        at.fixed64(max(time, slot.pointee.start_time))
        switch status {
        case .unset: break
        case .ok:
            at.byte(SpanField.status)
            at.byte(2)
            at.byte(3 << 3)
            at.byte(1)
        case .error(let message):
            cursor = at
            writeError(message)
            at = cursor
        }
        cursor = at
        writeDropped()
        commit(to: .spans)
    }

    /// What did not fit or went past a limit, counted in the span itself.
    @inlinable @inline(__always) func writeDropped() {
        let none =
            slot.pointee.dropped_attributes | slot.pointee.dropped_events | slot.pointee.dropped_links == 0
        if !none { writeDroppedCounts() }
    }

    @usableFromInline @inline(never) func writeDroppedCounts() {
        var at = cursor
        for (tag, count) in [
            (SpanField.droppedAttributes, slot.pointee.dropped_attributes),
            (SpanField.droppedEvents, slot.pointee.dropped_events),
            (SpanField.droppedLinks, slot.pointee.dropped_links),
        ] where count > 0 {
            at.byte(tag)
            at.varint(UInt64(count))
        }
        cursor = at
    }

    /// Status { message = 2; code = 3 }; a message too long for the record is left out, the code never is.
    @usableFromInline @inline(never) func writeError(_ message: String) {
        let length = message.utf8.count
        let size = length == 0 ? 2 : 2 + 1 + Wire.varintSize(UInt64(length)) + length
        guard size < 16_384, reserve(size + 12) else {
            var at = cursor
            at.byte(SpanField.status)
            at.byte(2)
            at.byte(3 << 3)
            at.byte(2)
            cursor = at
            return
        }
        var at = cursor
        at.byte(SpanField.status)
        at.varint(UInt64(size))
        if length > 0 {
            var message = message
            message.withUTF8 { if let base = $0.baseAddress { at.field(Wire.lengthDelimited(2), base, $0.count) } }
        }
        at.byte(3 << 3)
        at.byte(2)
        cursor = at
    }

    /// Event { time = 1; name = 2; attributes = 3 }.
    func addSpanEvent(_ name: String, _ time: UInt64?, _ attributes: Attributes) {
        let time = time ?? now
        let attributesSize = KeyValuesEncoding.size(of: attributes)
        let size = 9 + 1 + Wire.varintSize(UInt64(name.utf8.count)) + name.utf8.count + attributesSize
        guard reserve(size + Wire.header) else {
            if slot.pointee.dropped_events < .max { slot.pointee.dropped_events += 1 }
            return
        }
        var at = cursor
        at.byte(SpanField.events)
        at.varint(UInt64(size))
        at.byte(1 << 3 | 1)
        at.fixed64(max(time, slot.pointee.start_time))
        var name = name
        at.byte(Wire.lengthDelimited(2))
        at.varint(UInt64(name.utf8.count))
        name.withUTF8 { if let base = $0.baseAddress { at.copy(base, $0.count) } }
        KeyValuesEncoding.write(attributes, tag: Wire.lengthDelimited(3), to: &at)
        cursor = at
    }

    /// Link { trace_id = 1; span_id = 2; attributes = 4; flags = 6 }.
    @usableFromInline func addLink(_ link: TraceSpanLink) {
        let size = 18 + 10 + 5 + KeyValuesEncoding.size(of: link.attributes)
        guard reserve(size + Wire.header) else {
            if slot.pointee.dropped_links < .max { slot.pointee.dropped_links += 1 }
            return
        }
        var at = cursor
        at.byte(SpanField.links)
        at.varint(UInt64(size))
        at.byte(Wire.lengthDelimited(1))
        at.byte(16)
        at.bigEndian64(link.context.traceID.high)
        at.bigEndian64(link.context.traceID.low)
        at.byte(Wire.lengthDelimited(2))
        at.byte(8)
        at.bigEndian64(link.context.spanID.value)
        KeyValuesEncoding.write(link.attributes, tag: Wire.lengthDelimited(4), to: &at)
        at.byte(6 << 3 | 5)
        at.fixed32(UInt32(link.context.flags) | 0x100 | (link.context.isRemote ? 0x200 : 0))
        cursor = at
    }
}

/// A whole attribute set as repeated KeyValue fields.
enum KeyValuesEncoding {
    static func size(of attributes: Attributes) -> Int {
        attributes.pairs.reduce(0) { total, pair in
            let body = bodySize(pair.key, pair.value)
            return total + 1 + Wire.varintSize(UInt64(body)) + body
        }
    }

    static func write(_ attributes: Attributes, tag: UInt8, to at: inout WirePointer) {
        for (key, value) in attributes.pairs {
            var key = key
            key.withUTF8 { RecordEncoder.writeHead(tag, $0, valueSize: AnyValueEncoding.size(of: value), to: &at) }
            AnyValueEncoding.write(value, to: &at)
        }
    }

    private static func bodySize(_ key: String, _ value: AttributeValue) -> Int {
        let keySize = key.utf8.count
        let valueSize = AnyValueEncoding.size(of: value)
        return 1 + Wire.varintSize(UInt64(keySize)) + keySize + 1 + Wire.varintSize(UInt64(valueSize)) + valueSize
    }
}
