import COTLP
import ProtobufArena
import SagaTelemetry

/// Attributes as `KeyValue` and `AnyValue` messages.
extension MessageArena {
    typealias KeyValueArray = UnsafeMutablePointer<UnsafeMutablePointer<Otlp__KeyValue>?>

    /// Levels of arrays and lists within a value. Protobuf parsers stop at 100 nested messages, and a level takes up to
    /// three; anything deeper is sent as an empty value.
    static var deepestValue: Int { 24 }

    func attributes(_ attributes: Attributes) -> KeyValueArray? {
        array(attributes.pairs) { keyValue($0.key, $0.value, depth: 0) }
    }

    func keyValue(_ key: String, _ value: AttributeValue, depth: Int) -> UnsafeMutablePointer<Otlp__KeyValue> {
        let message = message(otlp__key_value__init)
        message.pointee.key = string(key)
        message.pointee.value = anyValue(value, depth: depth)
        return message
    }

    func anyValue(_ value: AttributeValue, depth: Int) -> UnsafeMutablePointer<Otlp__AnyValue> {
        let message = message(otlp__any_value__init)
        switch value {
        case .string(let text):
            message.pointee.string_value = string(text)
            message.pointee.value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE
        case .bool(let flag):
            message.pointee.bool_value = flag ? 1 : 0
            message.pointee.value_case = OTLP__ANY_VALUE__VALUE_BOOL_VALUE
        case .int(let number):
            message.pointee.int_value = number
            message.pointee.value_case = OTLP__ANY_VALUE__VALUE_INT_VALUE
        case .double(let number):
            message.pointee.double_value = number
            message.pointee.value_case = OTLP__ANY_VALUE__VALUE_DOUBLE_VALUE
        case .bytes(let content):
            message.pointee.bytes_value = bytes(content)
            message.pointee.value_case = OTLP__ANY_VALUE__VALUE_BYTES_VALUE
        case .array, .keyValues:
            guard depth < Self.deepestValue else { break }
            compound(value, into: message, depth: depth + 1)
        }
        return message
    }

    private func compound(_ value: AttributeValue, into message: UnsafeMutablePointer<Otlp__AnyValue>, depth: Int) {
        switch value {
        case .array(let values):
            let list = self.message(otlp__array_value__init)
            list.pointee.n_values = values.count
            list.pointee.values = array(values) { anyValue($0, depth: depth) }
            message.pointee.array_value = list
            message.pointee.value_case = OTLP__ANY_VALUE__VALUE_ARRAY_VALUE
        case .keyValues(let pairs):
            let list = self.message(otlp__key_value_list__init)
            list.pointee.n_values = pairs.count
            list.pointee.values = array(pairs) { keyValue($0.key, $0.value, depth: depth) }
            message.pointee.kvlist_value = list
            message.pointee.value_case = OTLP__ANY_VALUE__VALUE_KVLIST_VALUE
        case .string, .bool, .int, .double, .bytes:
            break
        }
    }
}
