/// How names that old Prometheus servers do not know, those with dots, blanks or letters beyond ASCII, stand on a page.
///
/// A scraper asks for one in its Accept header, and the answer's Content-Type tells which one it is.
/// Source: prometheus.io, "UTF-8 metric and label name escaping schemes".
public enum NameEscaping: String, Sendable, Hashable, CaseIterable {
    /// As they are, in double quotes where they are not made of letters, digits and underscores.
    case allowUTF8 = "allow-utf-8"
    /// With single underscores in place of everything else, as OpenTelemetry's compatibility rules have it.
    case underscores
    /// `_dot_` for a dot, two underscores for one, and two for everything else.
    case dots
    /// `U__` and the code point of each other character, so that the name can be had back.
    case values
}

extension NameEscaping {
    /// A name of any characters in this scheme. ``underscores`` leaves no run of underscores: ``PrometheusName`` made the
    /// name of words already.
    func escape(_ name: String, allowingColon: Bool) -> String {
        switch self {
        case .allowUTF8, .underscores: name
        case .dots: Self.dotted(name, allowingColon)
        case .values: Self.isLegacy(name, allowingColon) ? name : Self.valued(name, allowingColon)
        }
    }

    /// Whether every Prometheus reads the name without quotes: `[a-zA-Z_:][a-zA-Z0-9_:]*`, for labels without the colon.
    static func isLegacy(_ name: String, _ allowingColon: Bool) -> Bool {
        guard !name.isEmpty else { return false }
        return name.unicodeScalars.enumerated().allSatisfy { isLegacy($0.element, at: $0.offset, allowingColon) }
    }

    private static func isLegacy(_ scalar: Unicode.Scalar, at position: Int, _ allowingColon: Bool) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "_": true
        case "0"..."9": position > 0
        case ":": allowingColon
        default: false
        }
    }

    private static func dotted(_ name: String, _ allowingColon: Bool) -> String {
        var escaped = ""
        for (position, scalar) in name.unicodeScalars.enumerated() {
            if scalar == "_" {
                escaped += "__"
            } else if scalar == "." {
                escaped += "_dot_"
            } else if isLegacy(scalar, at: position, allowingColon) {
                escaped.unicodeScalars.append(scalar)
            } else {
                escaped += "__"
            }
        }
        return escaped
    }

    private static func valued(_ name: String, _ allowingColon: Bool) -> String {
        var escaped = "U__"
        for (position, scalar) in name.unicodeScalars.enumerated() {
            if scalar == "_" {
                escaped += "__"
            } else if isLegacy(scalar, at: position, allowingColon) {
                escaped.unicodeScalars.append(scalar)
            } else {
                escaped += "_\(String(scalar.value, radix: 16))_"
            }
        }
        return escaped
    }
}
