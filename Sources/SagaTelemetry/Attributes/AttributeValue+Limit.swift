extension AttributeValue {
    /// The value with every text cut to `limit` scalars and every byte string to `limit` bytes.
    func cut(to limit: Int) -> AttributeValue {
        switch self {
        case .string(let text):
            guard text.utf8.count > limit else { return self }
            return .string(String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))))
        case .bytes(let bytes): return bytes.count > limit ? .bytes(Array(bytes.prefix(limit))) : self
        case .array(let values): return .array(values.map { $0.cut(to: limit) })
        case .keyValues(let pairs): return .keyValues(pairs.map { KeyValue($0.key, $0.value.cut(to: limit)) })
        case .bool, .int, .double: return self
        }
    }
}
