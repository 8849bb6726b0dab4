import SagaTelemetry

/// Reads typed values out of an environment. An unset or empty variable is nil, as the specification says.
struct EnvironmentReader {
    private let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    /// Every `SAGASCOPE_` name must be one of ours: a typing mistake shall not pass for a setting.
    func checkNames() throws(ConfigurationError) {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard name.hasPrefix("SAGASCOPE_"), Setting.byName[name] == nil else { continue }
            if isOfKubernetes(name, value) { continue }
            let nearest = Setting.byName.keys.filter { $0.hasPrefix("SAGASCOPE_") }
                .min { (distance($0, name), $0) < (distance($1, name), $1) }
            throw .unknown(variable: name, nearest: nearest.flatMap { distance($0, name) <= 4 ? $0 : nil })
        }
    }

    /// Kubernetes describes a service named `sagascope` to every pod beside it, in variables of this prefix.
    private func isOfKubernetes(_ name: String, _ value: String) -> Bool {
        name.hasPrefix("SAGASCOPE_SERVICE_") || name.hasPrefix("SAGASCOPE_PORT_")
            || (name == "SAGASCOPE_PORT" && value.contains("://"))
    }

    func text(_ name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    func flag(_ name: String) throws(ConfigurationError) -> Bool? {
        guard let text = text(name) else { return nil }
        switch (text.lowercased(), Setting.byName[name]?.form) {
        case ("true", .boolean), ("on", .onOff): return true
        case ("false", .boolean), ("off", .onOff): return false
        default: throw invalid(name, text)
        }
    }

    func count(_ name: String, in range: ClosedRange<Int> = 1...Int(Int32.max)) throws(ConfigurationError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else { throw invalid(name, text) }
        return number
    }

    func milliseconds(_ name: String) throws(ConfigurationError) -> Duration? {
        try count(name).map { .milliseconds($0) }
    }

    /// `key=value,key=value` with percent-encoded values: `OTEL_RESOURCE_ATTRIBUTES` and the headers.
    /// Source: https://www.w3.org/TR/baggage/#header-content, without properties.
    func pairs(_ name: String) throws(ConfigurationError) -> [(key: String, value: String)]? {
        guard let text = text(name) else { return nil }
        var pairs: [(key: String, value: String)] = []
        for part in text.split(separator: ",") {
            guard let equals = part.firstIndex(of: "=") else { throw invalidPairs(name) }
            let key = part[..<equals].trimmingSpaces()
            guard !key.isEmpty, let value = part[part.index(after: equals)...].trimmingSpaces().removingPercentEncoding
            else { throw invalidPairs(name) }
            pairs.append((key, value))
        }
        return pairs
    }

    func invalid(_ name: String, _ value: String) -> ConfigurationError {
        .invalid(variable: name, value: value, allowed: Setting.byName[name]?.form.rawValue ?? "another value")
    }

    /// Headers may be secrets, so the value is not shown.
    private func invalidPairs(_ name: String) -> ConfigurationError { invalid(name, "…") }
}

/// Levenshtein's distance, to guess which setting was meant.
private func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (i, a) in left.utf8.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let substitution = diagonal + (a == b ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substitution, row[j] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}

extension Substring {
    fileprivate func trimmingSpaces() -> String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}

extension String {
    /// nil when a percent sign is not followed by two hexadecimal digits, or the bytes are not UTF-8.
    fileprivate var removingPercentEncoding: String? {
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
}
