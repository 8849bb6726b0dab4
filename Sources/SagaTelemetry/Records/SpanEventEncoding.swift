import CSagascope

extension RecordEncoder {
    /// Event { time = 1; name = 2; attributes = 3; dropped_attributes_count = 4 }, whose attributes are known: sized first.
    func addSpanEvent(_ name: String, _ time: UInt64?, _ attributes: Attributes) {
        let time = time ?? now
        let attributes = KeyValuesEncoding(
            attributes, most: sgs_event_attribute_limit(), length: slot.pointee.value_limit)
        let size = 9 + 1 + Wire.varintSize(UInt64(name.utf8.count)) + name.utf8.count + attributes.size
        guard admitEvent(size + Wire.header) else { return }
        var at = cursor
        at.byte(SpanField.events)
        at.varint(UInt64(size))
        at.byte(1 << 3 | 1)
        at.fixed64(max(time, slot.pointee.start_time))
        var name = name
        at.byte(Wire.lengthDelimited(2))
        at.varint(UInt64(name.utf8.count))
        name.withUTF8 { if let base = $0.baseAddress { at.copy(base, $0.count) } }
        attributes.write(tag: Wire.lengthDelimited(3), droppedTag: 4 << 3, to: &at)
        cursor = at
    }

    /// Whether one more event may be written: makes room, drops past the limit.
    @inlinable @inline(__always) func admitEvent(_ size: Int) -> Bool {
        guard slot.pointee.events < sgs_event_limit(), reserve(size) else { return refuseEvent() }
        slot.pointee.events &+= 1
        return true
    }

    @usableFromInline @inline(never) func refuseEvent() -> Bool {
        if slot.pointee.dropped_events < .max { slot.pointee.dropped_events += 1 }
        return false
    }

    /// The head of an event whose attributes are yet to come. Its length has one byte for now.
    /// - Returns: where its body begins, as a distance from the record's start.
    @inlinable @inline(__always) func beginSpanEvent(_ name: Bytes, _ time: UInt64?) -> Int? {
        guard admitEvent(name.count &+ 32) else { return nil }
        var at = cursor
        at.byte(SpanField.events)
        at.byte(0)
        let body = WirePointer(slot.pointee.start).distance(to: at)
        at.byte(1 << 3 | 1)
        at.fixed64(max(time ?? now, slot.pointee.start_time))
        at.byte(Wire.lengthDelimited(2))
        at.varint(UInt64(name.count))
        if let base = name.baseAddress { at.copy(base, name.count) }
        cursor = at
        return body
    }

    /// Writes the event's length now that it is known.
    @inlinable @inline(__always) func endSpanEvent(_ body: Int, dropped: UInt16) {
        if dropped > 0 { writeDroppedOfEvent(dropped) }
        let start = WirePointer(slot.pointee.start) + body
        let length = start.distance(to: cursor)
        if length < 0x80 {
            start.storeBytes(of: UInt8(truncatingIfNeeded: length), toByteOffset: -1, as: UInt8.self)
        } else {
            writeLongLength(start, length)
        }
    }

    /// A longer length takes more than its one byte: the body moves up. There is room: the slot's tail.
    @usableFromInline @inline(never) func writeLongLength(_ start: WirePointer, _ length: Int) {
        let more = Wire.varintSize(UInt64(length)) - 1
        (start + more).copyMemory(from: start, byteCount: length)
        var at = start - 1
        at.varint(UInt64(length))
        cursor += more
    }

    @usableFromInline @inline(never) func writeDroppedOfEvent(_ count: UInt16) {
        guard reserve(8) else { return }
        var at = cursor
        at.byte(4 << 3)
        at.varint(UInt64(count))
        cursor = at
    }
}
