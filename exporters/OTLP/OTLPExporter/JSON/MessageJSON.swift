import COTLP
import Glibc
import ProtobufArena

/// Prints any message of libprotobuf-c as OTLP/JSON, led by the message's own descriptor.
///
/// OTLP/JSON is the protobuf JSON mapping with two changes: trace and span ids are hexadecimal instead of base64, and
/// enums are numbers only. As in the mapping, names are lowerCamelCase, 64-bit integers are strings, and a field at its
/// default is left out unless it is the chosen member of a oneof.
///
/// Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
struct MessageJSON {
    private var output: JSONOutput
    private let arena: MessageArena

    /// - Parameter message: a message that `arena`'s allocator unpacked.
    static func line(
        of message: UnsafePointer<ProtobufCMessage>, in arena: MessageArena, reserving capacity: Int
    ) -> [UInt8] {
        var printer = MessageJSON(output: JSONOutput(reserving: capacity), arena: arena)
        printer.object(message)
        printer.output.raw("\n")
        return printer.output.bytes
    }

    private mutating func object(_ message: UnsafePointer<ProtobufCMessage>) {
        output.raw("{")
        let descriptor = message.pointee.descriptor.pointee
        var isFirst = true
        for field in UnsafeBufferPointer(start: descriptor.fields, count: Int(descriptor.n_fields)) {
            guard isPresent(field, in: message) else { continue }
            if !isFirst { output.raw(",") }
            isFirst = false
            name(of: field)
            let member = UnsafeRawPointer(message) + Int(field.offset)
            if field.label == PROTOBUF_C_LABEL_REPEATED {
                array(field, member, count: Field.count(field, in: message))
            } else {
                value(field, member)
            }
        }
        output.raw("}")
    }

    /// The key: `start_time_unix_nano` becomes `"startTimeUnixNano":`.
    private mutating func name(of field: ProtobufCFieldDescriptor) {
        output.raw("\"")
        var startsWord = false
        for letter in Field.name(field) {
            if letter == UInt8(ascii: "_") {
                startsWord = true
            } else {
                output.raw(startsWord && letter >= UInt8(ascii: "a") ? letter - 32 : letter)
                startsWord = false
            }
        }
        output.raw("\":")
    }

    private mutating func array(_ field: ProtobufCFieldDescriptor, _ member: UnsafeRawPointer, count: Int) {
        output.raw("[")
        if let elements = member.load(as: UnsafeRawPointer?.self) {
            for index in 0..<count {
                if index > 0 { output.raw(",") }
                value(field, elements + index * Field.stride(of: field.type))
            }
        }
        output.raw("]")
    }

    private mutating func value(_ field: ProtobufCFieldDescriptor, _ place: UnsafeRawPointer) {
        switch field.type {
        case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_SINT32, PROTOBUF_C_TYPE_SFIXED32, PROTOBUF_C_TYPE_ENUM:
            output.signed(Int64(place.load(as: Int32.self)))
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_FIXED32:
            output.unsigned(UInt64(place.load(as: UInt32.self)))
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64:
            output.raw("\"")
            output.signed(place.load(as: Int64.self))
            output.raw("\"")
        case PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED64:
            output.raw("\"")
            output.unsigned(place.load(as: UInt64.self))
            output.raw("\"")
        case PROTOBUF_C_TYPE_FLOAT:
            output.double(Double(place.load(as: Float.self)))
        case PROTOBUF_C_TYPE_DOUBLE:
            output.double(place.load(as: Double.self))
        case PROTOBUF_C_TYPE_BOOL:
            output.raw(place.load(as: protobuf_c_boolean.self) != 0 ? "true" : "false")
        case PROTOBUF_C_TYPE_STRING:
            output.string(string(at: place))
        case PROTOBUF_C_TYPE_BYTES:
            let content = Field.bytes(at: place)
            if Field.isIdentifier(field) { output.hex(content) } else { output.base64(content) }
        default:
            // PROTOBUF_C_TYPE_MESSAGE, the last of the types.
            if let nested = place.load(as: UnsafePointer<ProtobufCMessage>?.self) { object(nested) }
        }
    }

    /// Whether the field has a value that JSON shows.
    private func isPresent(_ field: ProtobufCFieldDescriptor, in message: UnsafePointer<ProtobufCMessage>) -> Bool {
        let member = UnsafeRawPointer(message) + Int(field.offset)
        if field.label == PROTOBUF_C_LABEL_REPEATED { return Field.count(field, in: message) > 0 }
        if field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0 {
            let chosen = (UnsafeRawPointer(message) + Int(field.quantifier_offset)).load(as: UInt32.self)
            return chosen == field.id
        }
        return !isDefault(field.type, member)
    }

    private func isDefault(_ type: ProtobufCType, _ place: UnsafeRawPointer) -> Bool {
        switch type {
        case PROTOBUF_C_TYPE_STRING: string(at: place).isEmpty
        case PROTOBUF_C_TYPE_BYTES: Field.bytes(at: place).isEmpty
        case PROTOBUF_C_TYPE_MESSAGE: place.load(as: UnsafeRawPointer?.self) == nil
        // Numbers by their bits: a negative zero is a value.
        default:
            Field.stride(of: type) == 8 ? place.load(as: UInt64.self) == 0 : place.load(as: UInt32.self) == 0
        }
    }

    private func string(at place: UnsafeRawPointer) -> UnsafeBufferPointer<UInt8> {
        arena.unpacked(place.load(as: UnsafePointer<CChar>?.self))
    }
}

/// How libprotobuf-c lays a field out in its message.
///
/// Invariant for every pointer here: the message was made by its generated `init` or by unpacking, so that each member
/// stands at the descriptor's offset with the C type that the field's type stands for.
private enum Field {
    /// The number of elements of a repeated field.
    static func count(_ field: ProtobufCFieldDescriptor, in message: UnsafePointer<ProtobufCMessage>) -> Int {
        (UnsafeRawPointer(message) + Int(field.quantifier_offset)).load(as: Int.self)
    }

    static func stride(of type: ProtobufCType) -> Int {
        switch type {
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64, PROTOBUF_C_TYPE_SFIXED64, PROTOBUF_C_TYPE_UINT64,
            PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_DOUBLE, PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_MESSAGE:
            8
        case PROTOBUF_C_TYPE_BYTES: MemoryLayout<ProtobufCBinaryData>.stride
        default: 4
        }
    }

    static func name(_ field: ProtobufCFieldDescriptor) -> UnsafeBufferPointer<UInt8> {
        guard let name = field.name else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(
            start: UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self), count: strlen(name))
    }

    static func bytes(at place: UnsafeRawPointer) -> UnsafeBufferPointer<UInt8> {
        let content = place.load(as: ProtobufCBinaryData.self)
        return UnsafeBufferPointer(start: content.data, count: content.data == nil ? 0 : content.len)
    }

    /// Every `bytes` field of OTLP that is named `…_id` is a trace or span id.
    static func isIdentifier(_ field: ProtobufCFieldDescriptor) -> Bool {
        name(field).suffix(3).elementsEqual("_id".utf8)
    }
}
