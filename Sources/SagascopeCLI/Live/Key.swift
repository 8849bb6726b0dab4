/// What was pressed.
enum Key: Equatable, Sendable {
    case character(Character)
    case up, down, pageUp, pageDown, home, end
    case enter, escape, backspace
    /// Control and C: raw mode makes no signal of it.
    case interrupt
}

/// Bytes of a terminal to keys. Source: XTerm Control Sequences, "PC-Style Function Keys".
struct KeyDecoder {
    private var pending: [UInt8] = []

    private static let escape: UInt8 = 0x1B

    /// Whether more may come of what is held back: an Escape alone is a key, and the beginning of others.
    var isPending: Bool { !pending.isEmpty }

    mutating func feed(_ bytes: [UInt8]) -> [Key] {
        pending += bytes
        var keys: [Key] = []
        while let (key, length) = next() {
            pending.removeFirst(length)
            if let key { keys.append(key) }
        }
        return keys
    }

    /// Nothing has come for a while: what is held back is complete.
    mutating func flush() -> [Key] {
        defer { pending = [] }
        return pending.first == Self.escape ? [.escape] : []
    }

    /// - Returns: nil while more has to come; no key for bytes that mean nothing here.
    private func next() -> (Key?, length: Int)? {
        guard let first = pending.first else { return nil }
        switch first {
        case Self.escape: return sequence()
        case 0x03: return (.interrupt, 1)
        case 0x0D, 0x0A: return (.enter, 1)
        case 0x7F, 0x08: return (.backspace, 1)
        case 0x20..<0x7F: return (.character(Character(Unicode.Scalar(first))), 1)
        case 0x80...: return multibyte(first)
        default: return (nil, 1)
        }
    }

    private func sequence() -> (Key?, length: Int)? {
        guard pending.count > 1 else { return nil }
        guard [UInt8(ascii: "["), UInt8(ascii: "O")].contains(pending[1]) else { return (.escape, 1) }
        // Parameters, then one letter or tilde.
        guard let end = pending[2...].firstIndex(where: { (0x40...0x7E).contains($0) }) else {
            return pending.count > 16 ? (nil, pending.count) : nil
        }
        let body = String(decoding: pending[2...end], as: UTF8.self)
        let keys: [String: Key] = [
            "A": .up, "B": .down, "H": .home, "F": .end, "5~": .pageUp, "6~": .pageDown, "1~": .home, "4~": .end,
            "7~": .home, "8~": .end,
        ]
        return (keys[body], end + 1)
    }

    private func multibyte(_ first: UInt8) -> (Key?, length: Int)? {
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        guard pending.count >= length else { return nil }
        let text = String(validating: pending.prefix(length), as: UTF8.self)
        return (text?.first.map { .character($0) }, text == nil ? 1 : length)
    }
}
