// What headers and settings are made of: tokens, blanks around them, percent-encoded values.

extension UInt8 {
    /// What a token of HTTP is made of.
    ///
    /// Source: RFC 9110, section 5.6.2.
    package var isTokenByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }

    /// What a percent-encoded value holds as it is: printable, and neither blank, quote, comma, semicolon, backslash nor
    /// percent.
    ///
    /// Source: https://www.w3.org/TR/baggage/#value.
    var isPlainValueByte: Bool { (0x21...0x7e).contains(self) && !"\",;\\%".utf8.contains(self) }
}

extension StringProtocol {
    package var isToken: Bool { !isEmpty && utf8.allSatisfy(\.isTokenByte) }

    /// Without spaces and tabs at the ends.
    package func trimmingBlanks() -> SubSequence { trimming { $0 == " " || $0 == "\t" } }
}

extension BidirectionalCollection where Element == UInt8 {
    func trimmingBlanks() -> SubSequence { trimming { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }
}

extension BidirectionalCollection {
    fileprivate func trimming(_ isBlank: (Element) -> Bool) -> SubSequence {
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) })
        else { return self[endIndex...] }
        return self[first...last]
    }
}

/// Percent-encoding of a value's bytes.
package enum PercentCoding {
    package static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte.isPlainValueByte {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digit(byte >> 4), digit(byte & 15)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Returns: the bytes, in which a percent sign without two digits after it stands for itself; `isWhole` is false when
    ///   there was one.
    package static func decode(_ text: some Collection<UInt8>) -> (bytes: [UInt8], isWhole: Bool) {
        var bytes: [UInt8] = []
        var isWhole = true
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
            if digits.count == 2 {
                bytes.append(UInt8(digits[0] * 16 + digits[1]))
                rest.removeFirst(2)
            } else {
                isWhole = false
                bytes.append(byte)
            }
        }
        return (bytes, isWhole)
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }
}
