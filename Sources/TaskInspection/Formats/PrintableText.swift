extension String {
    /// On one line and harmless on a terminal: control characters, which a name may contain, become `�`.
    package var printable: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var text = ""
        for scalar in unicodeScalars { text.unicodeScalars.append(scalar.isControl ? "\u{FFFD}" : scalar) }
        return text
    }

    /// How many columns it takes, a character each.
    package var columns: Int { utf8.allSatisfy { $0 < 0x80 } ? utf8.count : count }

    package func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - columns)) }

    package func aligned(right width: Int) -> String {
        String(repeating: " ", count: max(0, width - columns)) + self
    }
}

extension Unicode.Scalar {
    /// C0, C1, DEL, the separators of lines and paragraphs, and what turns the direction of the text.
    fileprivate var isControl: Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
