import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One reading for several observable instruments of one collection.
///
/// A registry is collected on one thread, without a suspension, in the order of registration: the first instrument
/// ``renew()``s, those after it take the ``value`` of their thread. Collections on other threads do not disturb it.
final class CollectionReading<Value: Sendable>: Sendable {
    private let read: @Sendable () -> Value
    /// As many as there are threads that collect.
    private let readings = Mutex<[UInt: Value]>([:])

    init(_ read: @escaping @Sendable () -> Value) { self.read = read }

    func renew() -> Value {
        let value = read()
        readings.withLock { $0[Self.thread] = value }
        return value
    }

    var value: Value { readings.withLock { $0[Self.thread] } ?? read() }

    private static var thread: UInt {
        #if canImport(Darwin)
        UInt(bitPattern: pthread_self())
        #else
        UInt(pthread_self())
        #endif
    }
}
