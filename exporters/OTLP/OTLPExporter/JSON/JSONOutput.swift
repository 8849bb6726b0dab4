/// The lexical level of JSON (RFC 8259): strings, numbers and base64, written as UTF-8 bytes.
struct JSONOutput {
    private(set) var bytes: [UInt8] = []

    init(reserving capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func raw(_ byte: UInt8) { bytes.append(byte) }

    mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    // MARK: Strings

    /// A quoted string. Bytes that are not UTF-8 are repaired with U+FFFD, so that the line stays valid JSON.
    mutating func string(_ text: UnsafeBufferPointer<UInt8>) {
        raw("\"")
        if text.contains(where: { $0 >= 0x80 }) {
            var repaired = String(decoding: text, as: UTF8.self)
            repaired.withUTF8 { escaped($0) }
        } else {
            escaped(text)
        }
        raw("\"")
    }

    private mutating func escaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for index in text.indices where Self.needsEscape(text[index]) {
            bytes.append(contentsOf: text[start..<index])
            escape(text[index])
            start = index + 1
        }
        bytes.append(contentsOf: text[start...])
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw("\\\"")
        case UInt8(ascii: "\\"): raw("\\\\")
        case UInt8(ascii: "\n"): raw("\\n")
        case UInt8(ascii: "\r"): raw("\\r")
        case UInt8(ascii: "\t"): raw("\\t")
        default:
            raw("\\u00")
            hexDigits(of: byte)
        }
    }

    // MARK: Numbers

    mutating func unsigned(_ value: UInt64) {
        // The digits come out last one first; 20 is the length of UInt64.max.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = value
            var first = digits.count
            repeat {
                first -= 1
                digits.initializeElement(at: first, to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            } while rest > 0
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[first...]))
        }
    }

    mutating func signed(_ value: Int64) {
        if value < 0 { raw("-") }
        unsigned(value.magnitude)
    }

    /// The shortest text that reads back as the same double; what JSON has no number for is a string, as in the
    /// protobuf JSON mapping.
    mutating func double(_ value: Double) {
        if value.isFinite {
            bytes.append(contentsOf: value.description.utf8)
        } else if value.isNaN {
            raw("\"NaN\"")
        } else {
            raw(value < 0 ? "\"-Infinity\"" : "\"Infinity\"")
        }
    }

    // MARK: Bytes

    /// Lower-case hexadecimal in quotes.
    mutating func hex(_ content: UnsafeBufferPointer<UInt8>) {
        raw("\"")
        for byte in content { hexDigits(of: byte) }
        raw("\"")
    }

    private mutating func hexDigits(of byte: UInt8) {
        hexDigit(byte >> 4)
        hexDigit(byte & 15)
    }

    private mutating func hexDigit(_ digit: UInt8) {
        bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }

    /// Standard base64 with padding (RFC 4648, section 4) in quotes.
    mutating func base64(_ content: UnsafeBufferPointer<UInt8>) {
        raw("\"")
        var index = 0
        while index < content.count {
            let length = min(3, content.count - index)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < length ? UInt32(content[index + offset]) : 0)
            }
            for position in 0..<4 {
                let sextet = UInt8(truncatingIfNeeded: group >> (18 - 6 * UInt32(position)) & 63)
                bytes.append(position <= length ? Self.base64Digit(sextet) : UInt8(ascii: "="))
            }
            index += 3
        }
        raw("\"")
    }

    private static func base64Digit(_ sextet: UInt8) -> UInt8 {
        switch sextet {
        case 0..<26: UInt8(ascii: "A") + sextet
        case 26..<52: UInt8(ascii: "a") + sextet - 26
        case 52..<62: UInt8(ascii: "0") + sextet - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }
}
