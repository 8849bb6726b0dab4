/// JSON (RFC 8259) as bytes. `JSONEncoder` takes 14 times as long, more than a second for 100,000 tasks.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func object(_ members: (inout JSONWriter) -> Void) {
        open("{")
        members(&self)
        close("}")
    }

    mutating func array<Element>(_ elements: [Element], _ write: (Element, inout JSONWriter) -> Void) {
        open("[")
        for element in elements { write(element, &self) }
        close("]")
    }

    /// The name of the member whose value is written next. Plain ASCII.
    mutating func name(_ name: StaticString) {
        separate()
        append("\"")
        // A name in the source has the pointer representation unless it is a single scalar, which none is.
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        append("\"")
        append(":")
        needsComma = false
    }

    mutating func number(_ value: some FixedWidthInteger) {
        separate()
        if value < 0 { append("-") }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
        needsComma = true
    }

    mutating func flag(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
        needsComma = true
    }

    mutating func text(_ text: String) {
        separate()
        append("\"")
        for byte in text.utf8 { escape(byte) }
        append("\"")
        needsComma = true
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            append("\\")
            bytes.append(byte)
        case 0x00..<0x20:
            let digits = String(byte, radix: 16)
            bytes.append(contentsOf: (byte < 0x10 ? #"\u000"# : #"\u00"#).utf8)
            bytes.append(contentsOf: digits.utf8)
        default: bytes.append(byte)
        }
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        separate()
        append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { append(",") }
    }

    private mutating func append(_ character: Unicode.Scalar) { bytes.append(UInt8(ascii: character)) }
}
