/// Numbers as text, written straight into memory.
///
/// Every function requires room for ``maximumLength`` bytes at its destination and returns how many it wrote.
enum DecimalText {
    /// The longest text of an `Int64` has 20 bytes, of a `Double` 24 (`-2.2250738585072014e-308`).
    static let maximumLength = 24

    static func write(_ value: Int64, to out: UnsafeMutablePointer<UInt8>) -> Int {
        guard value < 0 else { return write(UInt64(value), to: out) }
        out[0] = UInt8(ascii: "-")
        return 1 + write(value.magnitude, to: out + 1)
    }

    static func write(_ value: UInt64, to out: UnsafeMutablePointer<UInt8>) -> Int {
        let length = digitCount(value)
        var position = length
        var rest = value
        while rest >= 100 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            position -= 2
            writePair(pair, to: out + position)
            rest = quotient
        }
        if rest >= 10 {
            writePair(rest, to: out)
        } else {
            out[0] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
        }
        return length
    }

    /// The shortest text that reads back as the same value; `NaN`, `+Inf` and `-Inf` as Prometheus spells them.
    static func write(_ value: Double, to out: UnsafeMutablePointer<UInt8>) -> Int {
        let magnitude = value.magnitude
        guard magnitude < 0x1p53 else {
            if value.isNaN { return copy("NaN", to: out) }
            if value.isInfinite { return copy(value < 0 ? "-Inf" : "+Inf", to: out) }
            return writeShortest(value, to: out)
        }
        let whole = UInt64(magnitude)
        let sign = value < 0 ? 1 : 0
        if sign == 1 { out[0] = UInt8(ascii: "-") }
        if Double(whole) == magnitude { return sign + write(whole, to: out + sign) }
        if let length = writeShortDecimal(magnitude, to: out + sign) { return sign + length }
        return writeShortest(value, to: out)
    }

    /// The same where speed does not matter.
    static func string(_ value: Double) -> String {
        String(unsafeUninitializedCapacity: maximumLength) { buffer in
            // A buffer of non-zero capacity has a base address.
            buffer.baseAddress.map { write(value, to: $0) } ?? 0
        }
    }

    /// Decimals of at most 15 digits, up to nine of them after the point: a duration in whole nanoseconds, a bucket bound.
    ///
    /// Two decimals of 15 digits are never the same double, so the one that reads back is the shortest once its trailing
    /// zeros are gone; and dividing two exact doubles rounds as reading the text does.
    /// - Returns: nil when `value` is no such decimal; what was written then has no meaning.
    private static func writeShortDecimal(_ value: Double, to out: UnsafeMutablePointer<UInt8>) -> Int? {
        let (scale, places): (UInt64, Int) =
            value < 1e6 ? (1_000_000_000, 9) : value < 1e9 ? (1_000_000, 6) : (1_000, 3)
        let scaled = UInt64(value * Double(scale) + 0.5)
        guard scaled < 1_000_000_000_000_000, Double(scaled) / Double(scale) == value else { return nil }

        let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: scale)
        let point = write(whole, to: out)
        out[point] = UInt8(ascii: ".")
        var rest = fraction
        var place = places
        while place >= 2 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            place -= 2
            writePair(pair, to: out + point + 1 + place)
            rest = quotient
        }
        if place == 1 { out[point + 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest) }
        var end = point + places
        while out[end] == UInt8(ascii: "0") { end -= 1 }
        return end + 1
    }

    private static func writeShortest(_ value: Double, to out: UnsafeMutablePointer<UInt8>) -> Int {
        var sink = ASCIISink(start: out)
        value.write(to: &sink)
        return sink.length
    }

    private static func writePair(_ pair: UInt64, to out: UnsafeMutablePointer<UInt8>) {
        let digits = pairs.utf8Start + Int(pair) &* 2
        out[0] = digits[0]
        out[1] = digits[1]
    }

    private static func digitCount(_ value: UInt64) -> Int {
        var count = 1
        var rest = value
        while rest >= 10_000 {
            rest /= 10_000
            count += 4
        }
        return count + (rest >= 1000 ? 3 : rest >= 100 ? 2 : rest >= 10 ? 1 : 0)
    }

    private static func copy(_ text: StaticString, to out: UnsafeMutablePointer<UInt8>) -> Int {
        out.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return text.utf8CodeUnitCount
    }

    /// "00" to "99".
    private static let pairs: StaticString = """
        0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
        5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
        """
}

/// Takes the bytes that the standard library's float printer makes, with no String between.
///
/// `_writeASCII` is the standard library's own shortcut of `TextOutputStream`; should it go, `write(_:)` answers the same.
private struct ASCIISink: TextOutputStream {
    /// Room for ``DecimalText/maximumLength`` bytes; valid while ``DecimalText`` writes one number.
    let start: UnsafeMutablePointer<UInt8>
    var length = 0

    mutating func write(_ string: String) {
        var string = string
        string.withUTF8 { append($0) }
    }

    mutating func _writeASCII(_ buffer: UnsafeBufferPointer<UInt8>) { append(buffer) }

    private mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        precondition(length + text.count <= DecimalText.maximumLength, "a number is longer than its room")
        guard let first = text.baseAddress else { return }
        (start + length).update(from: first, count: text.count)
        length += text.count
    }
}
