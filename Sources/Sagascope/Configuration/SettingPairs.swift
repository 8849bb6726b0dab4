/// `key=value,key=value` with percent-encoded values: resource attributes and headers.
/// Source: https://www.w3.org/TR/baggage/#header-content, without properties.
struct SettingPair: Sendable, Equatable {
    var key: String
    var value: String
}

extension SettingForm<[SettingPair]> {
    /// Headers may be secrets: an error shows none of the text.
    static let pairs = SettingForm(
        allowed: "key=value pairs, separated by commas, percent-encoded",
        parse: { text in
            var pairs: [SettingPair] = []
            for part in text.split(separator: ",") {
                guard let equals = part.firstIndex(of: "=") else { return nil }
                let key = part[..<equals].trimmingSpaces()
                guard !key.isEmpty, let value = part[part.index(after: equals)...].trimmingSpaces().percentDecoded
                else { return nil }
                pairs.append(SettingPair(key: key, value: value))
            }
            return pairs
        },
        text: { $0.map { "\($0.key)=\($0.value.percentEncoded)" }.joined(separator: ",") },
        shown: { _ in "…" })
}

extension Substring {
    func trimmingSpaces() -> String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}

extension String {
    /// Nil when a percent sign is not followed by two hexadecimal digits, or the bytes are not UTF-8.
    fileprivate var percentDecoded: String? {
        var bytes: [UInt8] = []
        var rest = utf8.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.next(), let low = rest.next(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// What would end or begin a pair is encoded, and so is everything outside of printable ASCII.
    fileprivate var percentEncoded: String {
        var text = ""
        for byte in utf8 {
            let isPlain = byte > 0x20 && byte < 0x7F && !"%,;\"\\".utf8.contains(byte)
            text += isPlain ? String(UnicodeScalar(byte)) : "%" + String(256 + Int(byte), radix: 16).dropFirst()
        }
        return text
    }
}
