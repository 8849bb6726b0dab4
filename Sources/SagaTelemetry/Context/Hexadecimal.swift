/// Fixed-width lower-case hexadecimal, as W3C trace context writes ids.
enum Hexadecimal {
    static func write(_ word: UInt64, to digits: UnsafeMutableBufferPointer<UInt8>, at offset: Int) {
        for place in 0..<16 {
            let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * place)) & 15
            digits[offset + place] = digit(nibble)
        }
    }

    static func write(_ byte: UInt8, to digits: UnsafeMutableBufferPointer<UInt8>, at offset: Int) {
        digits[offset] = digit(byte >> 4)
        digits[offset + 1] = digit(byte & 15)
    }

    /// The word that up to 16 lower-case digits spell; nil when any is something else. Upper case is refused, as the
    /// W3C recommendation demands.
    static func read(_ digits: some Sequence<UInt8>) -> UInt64? {
        var word: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): word = word << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): word = word << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return word
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}
