/// Something that several observable instruments tell of, read at most once in a collection.
package final class SharedReading<Value>: Sendable {
    fileprivate let read: @Sendable () -> Value

    package init(_ read: @escaping @Sendable () -> Value) { self.read = read }
}

/// What was read in one collection so far. A collection runs on one thread.
final class CollectionReadings {
    private var values: [ObjectIdentifier: Any] = [:]

    func value<Value>(of reading: SharedReading<Value>) -> Value {
        if let known = values[ObjectIdentifier(reading)] as? Value { return known }
        let value = reading.read()
        values[ObjectIdentifier(reading)] = value
        return value
    }
}
