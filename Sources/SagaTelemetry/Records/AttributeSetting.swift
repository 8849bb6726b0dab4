/// Setting attributes, the same for spans, span events and events. One overload a kind, so that no value is boxed on the way
/// to the wire; a key that is set again replaces its value.
public protocol AttributeSetting: ~Copyable {
    mutating func set(_ key: StaticString, utf8 value: UnsafeBufferPointer<UInt8>)
    mutating func set(_ key: StaticString, _ value: Int64)
    mutating func set(_ key: StaticString, _ value: Double)
    mutating func set(_ key: StaticString, _ value: Bool)
    /// A key or value of any kind, known only at run time.
    mutating func set(_ key: String, to value: AttributeValue)
}

extension AttributeSetting where Self: ~Copyable {
    @inlinable public mutating func set(_ key: StaticString, _ value: StaticString) {
        set(key, utf8: UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    // `withContiguousStorageIfAvailable` first: unlike `withUTF8` it does not retain the string, which two threads may share.
    @inlinable public mutating func set(_ key: StaticString, _ value: String) {
        let done: Void? = value.utf8.withContiguousStorageIfAvailable { set(key, utf8: $0) }
        if done == nil {
            var copy = value
            copy.withUTF8 { set(key, utf8: $0) }
        }
    }

    @inlinable public mutating func set(_ key: StaticString, _ value: Int) { set(key, Int64(value)) }

    /// Every pair of the set.
    public mutating func set(_ attributes: Attributes) {
        for (key, value) in attributes.pairs { set(key, to: value) }
    }
}

extension StaticString {
    /// The bytes of a key; keys are text, never a single scalar.
    @inlinable @inline(__always) var utf8Bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
