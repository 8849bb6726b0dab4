import CSagascope

/// The 16-byte id of a trace, held as the two big-endian words that its hexadecimal form shows.
@frozen public struct TraceID: Sendable, Hashable {
    public let high: UInt64
    public let low: UInt64

    @inlinable public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// All zeros is no id.
    @inlinable public var isValid: Bool { high | low != 0 }

    @inlinable public static func random() -> TraceID {
        let thread = sgs_self()
        return TraceID(high: sgs_rng_next(&thread!.pointee.rng), low: sgs_rng_next(&thread!.pointee.rng) | 1)
    }
}

/// The 8-byte id of a span, held as the big-endian word that its hexadecimal form shows.
@frozen public struct SpanID: Sendable, Hashable {
    public let value: UInt64

    @inlinable public init(_ value: UInt64) { self.value = value }

    @inlinable public var isValid: Bool { value != 0 }

    @inlinable public static func random() -> SpanID {
        let word = sgs_rng_next(&sgs_self()!.pointee.rng)
        return SpanID(word == 0 ? 1 : word)
    }
}

extension TraceID: CustomStringConvertible {
    /// 32 lower-case hexadecimal digits.
    public var description: String {
        String(unsafeUninitializedCapacity: 32) { digits in
            Hexadecimal.write(high, to: digits, at: 0)
            Hexadecimal.write(low, to: digits, at: 16)
            return 32
        }
    }
}

extension SpanID: CustomStringConvertible {
    /// 16 lower-case hexadecimal digits.
    public var description: String {
        String(unsafeUninitializedCapacity: 16) { digits in
            Hexadecimal.write(value, to: digits, at: 0)
            return 16
        }
    }
}
