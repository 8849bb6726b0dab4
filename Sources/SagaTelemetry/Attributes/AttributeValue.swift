/// A value of every kind that OTLP's `AnyValue` knows.
///
/// Literals work where a value is expected: `["saga.name": "checkout", "saga.run.attempt": 2]`.
/// Source: opentelemetry/proto/common/v1/common.proto, `AnyValue`.
public enum AttributeValue: Sendable, Hashable {
    case string(String)
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case bytes([UInt8])
    case array([AttributeValue])
    /// Pairs in the order given; keys are unique within one list.
    case keyValues([KeyValue])

    /// One entry of ``AttributeValue/keyValues(_:)``.
    public struct KeyValue: Sendable, Hashable {
        public var key: String
        public var value: AttributeValue

        public init(_ key: String, _ value: AttributeValue) {
            self.key = key
            self.value = value
        }
    }
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self = .string(value) }
}

extension AttributeValue: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self = .int(value) }
}

extension AttributeValue: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Double) { self = .double(value) }
}

extension AttributeValue: ExpressibleByBooleanLiteral {
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension AttributeValue: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: AttributeValue...) { self = .array(elements) }
}

extension AttributeValue: CustomStringConvertible {
    /// The value as text, as the OpenTelemetry rules for non-OTLP exporters write it (compound values as JSON-like text).
    public var description: String {
        switch self {
        case .string(let value): value
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value): String(value)
        case .bytes(let value): value.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        case .array(let values): "[" + values.map(\.description).joined(separator: ",") + "]"
        case .keyValues(let pairs): "{" + pairs.map { "\($0.key):\($0.value)" }.joined(separator: ",") + "}"
        }
    }
}
