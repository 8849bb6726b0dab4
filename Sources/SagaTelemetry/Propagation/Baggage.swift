/// Names and values that travel with a request through every service it reaches: the `baggage` header.
///
/// ```swift
/// var context = ServiceContext.current ?? .topLevel
/// context.baggage["tenant"] = "acme"
/// ```
/// Everyone downstream reads it, so nothing secret belongs there; nothing of it is recorded unless you set it on a span.
/// Source: https://www.w3.org/TR/baggage/.
public struct Baggage: Sendable, Hashable {
    /// In the order in which they came.
    public private(set) var entries: [Entry] = []

    public struct Entry: Sendable, Hashable {
        public let key: String
        public var value: String
        /// What stands after the first semicolon, as it came: properties, which belong to the sender's library.
        public var properties: String

        /// - Parameter key: a token of HTTP (letters, digits and `!#$%&'*+-.^_|~` and the grave accent).
        public init(key: String, value: String, properties: String = "") {
            self.key = key
            self.value = value
            self.properties = properties
        }
    }

    public init() {}

    public var isEmpty: Bool { entries.isEmpty }

    /// The value under a key; nil removes it.
    public subscript(key: String) -> String? {
        get { entries.first { $0.key == key }?.value }
        set {
            let place = entries.firstIndex { $0.key == key }
            switch (place, newValue) {
            case (let place?, let value?): entries[place].value = value
            case (let place?, nil): entries.remove(at: place)
            case (nil, let value?): entries.append(Entry(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Puts an entry in, in place of one with the same key.
    public mutating func set(_ entry: Entry) {
        if let place = entries.firstIndex(where: { $0.key == entry.key }) {
            entries[place] = entry
        } else {
            entries.append(entry)
        }
    }
}

extension Baggage {
    /// The recommendation's: what every service along the way has to carry, and what we accept and send.
    static let entryLimit = 180
    static let byteLimit = 8192

    /// Reads the header. A member that breaks the syntax is left out, and of one key the last value stands; so are members
    /// past 180 and past 8,192 bytes.
    public init(header: some StringProtocol) {
        var bytes = 0
        for member in Array(header.utf8).split(separator: UInt8(ascii: ",")) {
            bytes += member.count + 1
            guard bytes <= Self.byteLimit + 1, entries.count < Self.entryLimit else { return }
            if let entry = Entry(member.trimmingBlanks()) { set(entry) }
        }
    }

    /// The header's value: members whose key is no token are left out, and those past the limits; nil for none.
    public var header: String? {
        var header = ""
        for entry in entries.prefix(Self.entryLimit) {
            guard let member = entry.encoded else { continue }
            guard header.utf8.count + member.utf8.count + 1 <= Self.byteLimit else { break }
            header += header.isEmpty ? member : "," + member
        }
        return header.isEmpty ? nil : header
    }
}

extension Baggage.Entry {
    /// `key = value ; properties`, blanks allowed around each.
    fileprivate init?(_ member: ArraySlice<UInt8>) {
        guard let equals = member.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let key = member[..<equals].trimmingBlanks()
        let rest = member[(equals + 1)...]
        let semicolon = rest.firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
        let value = rest[..<semicolon].trimmingBlanks()
        guard !key.isEmpty, key.allSatisfy(\.isTokenByte),
            value.allSatisfy({ $0.isPlainValueByte || $0 == UInt8(ascii: "%") })
        else { return nil }
        self.key = String(decoding: key, as: UTF8.self)
        self.value = String(decoding: PercentCoding.decode(value).bytes, as: UTF8.self)
        properties = String(decoding: rest[semicolon...].dropFirst().trimmingBlanks(), as: UTF8.self)
    }

    fileprivate var encoded: String? {
        guard key.isToken else { return nil }
        let member = "\(key)=\(PercentCoding.encode(value))"
        // Properties that came in fit; what a program sets may not.
        let fits = properties.utf8.allSatisfy { (0x20...0x7e).contains($0) && $0 != UInt8(ascii: ",") }
        return properties.isEmpty || !fits ? member : "\(member);\(properties)"
    }
}
