/// Escapes of the text formats. Strings are valid UTF-8 already: Swift repaired them when they were made.
///
/// Source: prometheus.io, "Exposition formats", comments and label values; OpenMetrics 1.0, "ABNF".
enum Escaping {
    /// HELP text of format 0.0.4: backslash and line feed. OpenMetrics escapes the double quote too.
    static func appendHelp(_ text: String, quotes: Bool, to bytes: inout [UInt8]) {
        append(text, quotes: quotes, to: &bytes)
    }

    /// The inside of a quoted label value or name: backslash, line feed and the double quote.
    static func appendQuoted(_ text: String, to bytes: inout [UInt8]) { append(text, quotes: true, to: &bytes) }

    /// A metric's or label's name, in quotes where an old parser could not read it.
    static func appendName(_ name: String, allowingColon: Bool, to bytes: inout [UInt8]) {
        if NameEscaping.isLegacy(name, allowingColon) {
            bytes += name.utf8
        } else {
            bytes.append(UInt8(ascii: "\""))
            appendQuoted(name, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    private static func append(_ text: String, quotes: Bool, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "\\")]
            case UInt8(ascii: "\n"): bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\"") where quotes: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "\"")]
            default: bytes.append(byte)
            }
        }
    }
}
