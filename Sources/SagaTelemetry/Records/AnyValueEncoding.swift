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
