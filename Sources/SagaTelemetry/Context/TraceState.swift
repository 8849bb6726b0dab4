/// What tracing systems along the way have written beside a trace's ids: the `tracestate` header, passed on as it came.
///
/// At most 32 members and 512 characters; of more, those longer than 128 characters go first, and always the last one of
/// them. A member that breaks the syntax, or whose key was there before, is left out.
/// Source: https://www.w3.org/TR/trace-context/#tracestate-header.
public struct TraceState: Sendable, Hashable {
    /// Keys with their values; the member written last stands first.
    public let members: [Member]
    /// The header's value.
    public let header: String

    public struct Member: Sendable, Hashable {
        public let key: String
        public let value: String
    }

    /// - Returns: nil when no member is left.
    public init?(header: some StringProtocol) {
        var keys: Set<String> = []
        let parts = Array(header.utf8).split(separator: UInt8(ascii: ","))
        var members = parts.compactMap { Member($0) }.filter { keys.insert($0.key).inserted }
        members.removeLast(max(0, members.count - Self.memberLimit))
        while Self.length(members) > Self.lengthLimit {
            members.remove(at: members.lastIndex { $0.length > Self.longMember } ?? members.count - 1)
        }
        guard !members.isEmpty else { return nil }
        self.members = members
        self.header = members.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }

    public subscript(key: String) -> String? { members.first { $0.key == key }?.value }

    private static let memberLimit = 32
    private static let lengthLimit = 512
    private static let longMember = 128

    private static func length(_ members: [Member]) -> Int {
        members.reduce(members.count - 1) { $0 + $1.length }
    }
}

extension TraceState.Member {
    fileprivate var length: Int { key.utf8.count + 1 + value.utf8.count }

    /// nil when it is none: an empty one, a key or a value that the syntax does not allow.
    fileprivate init?(_ text: ArraySlice<UInt8>) {
        let text = text.trimmingBlanks()
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let key = text[..<equals]
        // Blanks at the end were the list's; those at the beginning are the value's.
        let value = text[text.index(after: equals)...]
        guard (1...256).contains(key.count), Self.isKeyStart(key[key.startIndex]), key.allSatisfy(Self.isKey),
            (1...256).contains(value.count), value.allSatisfy(Self.isValue)
        else { return nil }
        self.key = String(decoding: key, as: UTF8.self)
        self.value = String(decoding: value, as: UTF8.self)
    }

    private static func isKeyStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    private static func isKey(_ byte: UInt8) -> Bool { isKeyStart(byte) || "_-*/@".utf8.contains(byte) }

    private static func isValue(_ byte: UInt8) -> Bool {
        (0x20...0x7e).contains(byte) && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "=")
    }
}
