import SagaTelemetry

/// The operating system, as `os-release` describes it.
///
/// Sources: semantic conventions, "Operating System"; freedesktop.org, os-release(5).
enum OperatingSystemDetector {
    static func attributes(in surroundings: Surroundings) -> [String: AttributeValue] {
        var found: [String: AttributeValue] = ["os.type": "linux"]
        let text = surroundings.read("/etc/os-release") ?? surroundings.read("/usr/lib/os-release") ?? ""
        let fields = fields(of: text)
        found["os.name"] = fields["NAME"].map { .string($0) }
        found["os.version"] = fields["VERSION_ID"].map { .string($0) }
        found["os.description"] = fields["PRETTY_NAME"].map { .string($0) }
        return found
    }

    /// `KEY=value` lines; values may stand in quotes, and a backslash takes the meaning from the character after it.
    static func fields(of text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingWhitespace()
            guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { continue }
            let value = unquoted(line[line.index(after: equals)...])
            if !value.isEmpty { fields[String(line[..<equals])] = value }
        }
        return fields
    }

    private static func unquoted(_ text: Substring) -> String {
        guard let quote = text.first, quote == "\"" || quote == "'" else { return String(text) }
        var value = ""
        var isEscaped = false
        for character in text.dropFirst() {
            if isEscaped || (character != quote && character != "\\") {
                value.append(character)
                isEscaped = false
            } else if character == "\\", quote == "\"" {
                isEscaped = true
            } else if character == "\\" {
                value.append(character)
            } else {
                break
            }
        }
        return value
    }
}
