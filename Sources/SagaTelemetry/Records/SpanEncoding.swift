import CSagascope
import ServiceContextModule

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
    /// - Parameter name: nil when ``writeName(_:)`` follows.
    @inlinable @inline(__always)
    func beginSpan(
        _ name: String?, _ kind: TraceSpanKind, _ context: TraceContext, _ parent: TraceContext?, _ time: UInt64?
    ) {
        sgs_span_begun()
        let startTime = time ?? now
        slot.pointee.attribute_field = SpanField.number
        slot.pointee.attribute_limit = sgs_attribute_limit()
        slot.pointee.value_limit = sgs_value_length_limit()
        slot.pointee.start_time = startTime
        let length = name?.utf8.count ?? 0
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
        if let parent, parent.spanID.isValid {
            at.storeBytes(of: UInt16(littleEndian: 0x0822), as: UInt16.self)  // 4: parent_span_id
            at += 2
            at.bigEndian64(parent.spanID.value)
        }
        if let name {
            at.byte(Wire.lengthDelimited(5))
            at.varint(UInt64(named ? length : 0))
            if named {
                _ = UnsafeMutableBufferPointer(start: at.assumingMemoryBound(to: UInt8.self), count: length)
                    .initialize(fromContentsOf: name.utf8)
                at += length
            }
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

    /// The name, when it is known only at the end. One that no record can hold is left out.
    func writeName(_ name: String) {
        guard reserve(name.utf8.count + Wire.header) else { return }
        var at = cursor
        var name = name
        name.withUTF8 { bytes in
            at.byte(Wire.lengthDelimited(5))
            at.varint(UInt64(bytes.count))
            if let base = bytes.baseAddress { at.copy(base, bytes.count) }
        }
        cursor = at
    }

    /// The state of a trace that came with one: trace_state = 3.
    func writeState(of trace: TraceContext, in context: ServiceContext?) {
        guard let header = context?.state(of: trace)?.header else { return }
        guard reserve(header.utf8.count + Wire.header) else { return }
        var at = cursor
        var text = header
        text.withUTF8 { if let base = $0.baseAddress { at.field(Wire.lengthDelimited(3), base, $0.count) } }
        cursor = at
    }

    /// Tail of a span: end, status and what was dropped; then off to the ring.
    @inlinable @inline(__always) func endSpan(_ status: TraceSpanStatus, _ time: UInt64?, _ context: TraceContext) {
        sgs_span_ended()
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
        if context.isSampled { commit(to: .spans) } else { hold(for: context.traits.held) }
    }

    /// Gives the record to the unsampled run whose end decides about it.
    @usableFromInline @inline(never) func hold(for run: UInt32) {
        HeldRun.take(UnsafeRawBufferPointer(start: slot.pointee.start, count: count), for: run)
        sgs_slot_put(sgs_self(), slot)
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
}
