/// A record's place in the log: 1 for the first record there ever was, and one more for each after it, without gaps.
public struct LSN: RawRepresentable, Sendable, Hashable, Comparable, Codable {
    public let rawValue: UInt64

    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
    @inlinable public init(_ value: UInt64) { rawValue = value }

    /// Before the first record.
    public static let none = LSN(0)
    public static let first = LSN(1)

    @inlinable public static func < (one: LSN, other: LSN) -> Bool { one.rawValue < other.rawValue }

    /// The record this many after this one.
    @inlinable public func advanced(by count: Int) -> LSN { LSN(rawValue &+ UInt64(bitPattern: Int64(count))) }

    /// How many records after `other` this one is; 0 when it is not after it.
    @inlinable public func records(after other: LSN) -> UInt64 {
        rawValue > other.rawValue ? rawValue - other.rawValue : 0
    }
}

extension LSN: CustomStringConvertible {
    public var description: String { String(rawValue) }
}
