import CSagascope

/// How much an event matters. Raw values are OTLP's severity numbers.
public enum Severity: UInt8, Sendable {
    case debug = 5
    case info = 9
    case warn = 13
    case error = 17

    var text: StaticString {
        switch self {
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warn: "WARN"
        case .error: "ERROR"
        }
    }
}

/// Something that happened at one moment: an OTLP log record with an event name and the trace context it happened in.
///
/// ```swift
/// TelemetryEvent.emit("saga.run.started") { event in event.set("saga.name", "checkout") }
/// ```
/// Events leave at once, long before the span around them ends, and do not depend on sampling.
/// Source: opentelemetry/proto/logs/v1/logs.proto, `LogRecord`.
public enum TelemetryEvent {
    /// - Parameters:
    ///   - time: ns since the Unix epoch; now by default.
    ///   - context: the span it belongs to; the innermost one by default.
    public static func emit(
        _ name: String, severity: Severity = .info, context: TraceContext? = TraceContext.active, time: UInt64? = nil,
        _ attributes: (inout EventAttributes) -> Void = { _ in }
    ) {
        guard sgs_is_recording() != 0, let encoder = RecordEncoder() else { return }
        encoder.beginEvent(name, severity, context, time: time)
        var setter = EventAttributes(encoder: encoder)
        attributes(&setter)
        encoder.endEvent()
    }
}

/// The attributes of an event while it is being written.
public struct EventAttributes: ~Copyable, AttributeSetting {
    fileprivate let encoder: RecordEncoder

    public mutating func set(_ key: StaticString, utf8 value: UnsafeBufferPointer<UInt8>) {
        encoder.set(EventField.attributes, key.utf8Bytes, string: value)
    }

    public mutating func set(_ key: StaticString, _ value: Int64) {
        encoder.set(EventField.attributes, key.utf8Bytes, int: value)
    }

    public mutating func set(_ key: StaticString, _ value: Double) {
        encoder.set(EventField.attributes, key.utf8Bytes, double: value)
    }

    public mutating func set(_ key: StaticString, _ value: Bool) {
        encoder.set(EventField.attributes, key.utf8Bytes, bool: value)
    }

    public mutating func set(_ key: String, to value: AttributeValue) {
        guard !key.isEmpty else { return }
        var key = key
        key.withUTF8 { encoder.set(EventField.attributes, $0, value: value) }
    }
}

private enum EventField {
    static let number: UInt8 = 6
    static let attributes: UInt8 = 6 << 3 | 2
    static let droppedAttributes: UInt8 = 7 << 3
    /// The specification's default.
    static let attributeLimit: UInt16 = 128
}

extension RecordEncoder {
    fileprivate func beginEvent(_ name: String, _ severity: Severity, _ context: TraceContext?, time: UInt64?) {
        slot.pointee.attribute_field = EventField.number
        slot.pointee.attribute_limit = EventField.attributeLimit
        slot.pointee.value_limit = .max
        let now = now
        let length = name.utf8.count
        let named = reserve(length + 96)
        var at = cursor
        at.byte(1 << 3 | 1)
        at.fixed64(time ?? now)
        at.byte(11 << 3 | 1)  // when it was written down; differs from the time for what is known only afterwards
        at.fixed64(now)
        at.byte(2 << 3)
        at.byte(severity.rawValue)
        at.field(Wire.lengthDelimited(3), severity.text.utf8Start, severity.text.utf8CodeUnitCount)
        if let context {
            at.byte(8 << 3 | 5)
            at.fixed32(UInt32(context.flags))
            at.byte(Wire.lengthDelimited(9))
            at.byte(16)
            at.bigEndian64(context.traceID.high)
            at.bigEndian64(context.traceID.low)
        }
        if let context, context.spanID.isValid {
            at.byte(Wire.lengthDelimited(10))
            at.byte(8)
            at.bigEndian64(context.spanID.value)
        }
        if named {
            var name = name
            name.withUTF8 { if let base = $0.baseAddress { at.field(Wire.lengthDelimited(12), base, $0.count) } }
        }
        cursor = at
    }

    fileprivate func endEvent() {
        if slot.pointee.dropped_attributes > 0 {
            var at = cursor
            at.byte(EventField.droppedAttributes)
            at.varint(UInt64(slot.pointee.dropped_attributes))
            cursor = at
        }
        commit(to: .logs)
    }
}
