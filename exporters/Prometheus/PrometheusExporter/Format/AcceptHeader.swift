import SagaTelemetry

/// The media ranges of an Accept header, in its order. Source: RFC 9110, section 12.5.1.
struct AcceptHeader {
    struct MediaRange: Equatable {
        /// In lower case: `text/plain`, `text/*`, `*/*`.
        let type: String
        /// Names in lower case, values as they are.
        let parameters: [String: String]
        /// 0 to 1; 0 is "not this one".
        let quality: Double
    }

    let ranges: [MediaRange]

    /// Elements that are malformed are passed over, and so nothing may be left.
    init(_ header: String) {
        ranges = Self.split(header, at: ",").compactMap(Self.range)
    }

    private static func range(_ element: Substring) -> MediaRange? {
        var parts = split(element, at: ";").map { $0.trimmingBlanks() }
        let type = parts.removeFirst().lowercased()
        let names = type.split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, names.allSatisfy(\.isToken) else { return nil }

        var parameters: [String: String] = [:]
        for part in parts where !part.isEmpty {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            let name = part[..<equals].trimmingBlanks().lowercased()
            guard !name.isEmpty, let value = value(part[part.index(after: equals)...].trimmingBlanks()) else {
                return nil
            }
            parameters[name] = value
        }
        let quality = parameters.removeValue(forKey: "q").map { Double($0) ?? .nan } ?? 1
        guard (0...1).contains(quality) else { return nil }
        return MediaRange(type: type, parameters: parameters, quality: quality)
    }

    /// A token or a quoted string; nil for neither.
    private static func value(_ text: Substring) -> String? {
        guard text.first == "\"" else { return text.isToken ? String(text) : nil }
        var value = ""
        var isEscaped = false
        for (offset, character) in text.dropFirst().enumerated() {
            if isEscaped {
                value.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                return offset == text.count - 2 ? value : nil
            } else {
                value.append(character)
            }
        }
        return nil
    }

    /// Splits where `separator` stands outside of quotes.
    private static func split(_ text: some StringProtocol, at separator: Character) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            if isEscaped {
                isEscaped = false
            } else if isQuoted, text[index] == "\\" {
                isEscaped = true
            } else if text[index] == "\"" {
                isQuoted.toggle()
            } else if text[index] == separator, !isQuoted {
                parts.append(Substring(text[start..<index]))
                start = text.index(after: index)
            }
        }
        return parts + [Substring(text[start...])]
    }
}
