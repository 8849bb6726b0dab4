/// A secret that a request carries: `Authorization: Bearer <token>` (RFC 6750). It never shows what it is.
public struct AccessToken: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let bytes: [UInt8]

    /// - Returns: nil for a text that no header could carry: an empty one, or one with anything but visible ASCII.
    public init?(_ text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        bytes = Array(text.utf8)
    }

    public var description: String { "…" }
    public var debugDescription: String { "…" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Whether the value of an `Authorization` header carries this token.
    func isIn(authorization: String?) -> Bool {
        guard let parts = authorization?.split(separator: " ", maxSplits: 1), parts.count == 2,
            parts[0].lowercased() == "bearer"
        else { return false }
        return isEqual(to: Array(parts[1].utf8.drop { $0 == UInt8(ascii: " ") }))
    }

    public static func == (left: AccessToken, right: AccessToken) -> Bool { left.isEqual(to: right.bytes) }

    /// In a time that does not tell how much of a guess was right.
    private func isEqual(to guess: [UInt8]) -> Bool {
        var difference = bytes.count ^ guess.count
        for (index, byte) in bytes.enumerated() {
            difference |= Int(byte ^ (index < guess.count ? guess[index] : 0))
        }
        return difference == 0
    }
}
