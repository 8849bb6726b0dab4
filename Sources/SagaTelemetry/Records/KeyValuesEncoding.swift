/// Attributes of a span's event or link as repeated KeyValue fields, within the limits.
struct KeyValuesEncoding {
    private let pairs: ArraySlice<(key: String, value: AttributeValue)>
    let dropped: Int

    /// - Parameters:
    ///   - most: further ones are dropped and counted.
    ///   - length: scalars to which texts are cut; `UInt32.max` for no limit.
    init(_ attributes: Attributes, most: UInt16, length: UInt32) {
        let all = attributes.pairs
        dropped = max(0, all.count - Int(most))
        if length == .max {
            pairs = all.prefix(Int(most))
        } else {
            pairs = ArraySlice(all.prefix(Int(most)).map { (key: $0.key, value: $0.value.cut(to: Int(length))) })
        }
    }

    var size: Int {
        let written = pairs.reduce(0) { total, pair in
            let body = Self.bodySize(pair.key, pair.value)
            return total + 1 + Wire.varintSize(UInt64(body)) + body
        }
        return written + (dropped == 0 ? 0 : 1 + Wire.varintSize(UInt64(dropped)))
    }

    func write(tag: UInt8, droppedTag: UInt8, to at: inout WirePointer) {
        for (key, value) in pairs {
            var key = key
            key.withUTF8 { RecordEncoder.writeHead(tag, $0, valueSize: AnyValueEncoding.size(of: value), to: &at) }
            AnyValueEncoding.write(value, to: &at)
        }
        guard dropped > 0 else { return }
        at.byte(droppedTag)
        at.varint(UInt64(dropped))
    }

    private static func bodySize(_ key: String, _ value: AttributeValue) -> Int {
        let keySize = key.utf8.count
        let valueSize = AnyValueEncoding.size(of: value)
        return 1 + Wire.varintSize(UInt64(keySize)) + keySize + 1 + Wire.varintSize(UInt64(valueSize)) + valueSize
    }
}
