import SagaTelemetry

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
                let key = String(part[..<equals].trimmingBlanks())
                guard !key.isEmpty, let value = part[part.index(after: equals)...].trimmingBlanks().percentDecoded
                else { return nil }
                pairs.append(SettingPair(key: key, value: value))
            }
            return pairs
        },
        text: { $0.map { "\($0.key)=\(PercentCoding.encode($0.value))" }.joined(separator: ",") },
        shown: { _ in "…" })
}

extension StringProtocol {
    /// Nil when a percent sign is not followed by two hexadecimal digits, or the bytes are not UTF-8.
    fileprivate var percentDecoded: String? {
        let (bytes, isWhole) = PercentCoding.decode(utf8)
        return isWhole ? String(validating: bytes, as: UTF8.self) : nil
    }
}
