import CSagascope

extension RecordEncoder {
    /// Link { trace_id = 1; span_id = 2; attributes = 4; dropped_attributes_count = 5; flags = 6 }.
    @usableFromInline func addLink(_ link: TraceSpanLink) {
        let attributes = KeyValuesEncoding(
            link.attributes, most: sgs_link_attribute_limit(), length: slot.pointee.value_limit)
        let size = 18 + 10 + 5 + attributes.size
        guard slot.pointee.links < sgs_link_limit(), reserve(size + Wire.header) else {
            if slot.pointee.dropped_links < .max { slot.pointee.dropped_links += 1 }
            return
        }
        slot.pointee.links += 1
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
        attributes.write(tag: Wire.lengthDelimited(4), droppedTag: 5 << 3, to: &at)
        at.byte(6 << 3 | 5)
        at.fixed32(UInt32(link.context.flags) | 0x100 | (link.context.isRemote ? 0x200 : 0))
        cursor = at
    }
}
