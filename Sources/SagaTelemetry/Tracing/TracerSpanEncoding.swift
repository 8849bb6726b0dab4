import Tracing

// swift-distributed-tracing's values as OTLP bytes. What is common goes without a detour; the rest through AttributeValue.

extension RecordEncoder {
    func set(_ key: String, _ attribute: SpanAttribute, tag: UInt8) {
        guard !key.isEmpty else { return }
        key.withBytes { key in
            switch attribute {
            case .string(let text): text.withBytes { set(tag, key, string: $0) }
            case .int32(let number): set(tag, key, int: Int64(number))
            case .int64(let number): set(tag, key, int: number)
            case .double(let number): set(tag, key, double: number)
            case .bool(let flag): set(tag, key, bool: flag)
            default: if let value = AttributeValue(attribute) { set(tag, key, value: value) }
            }
        }
    }

    /// - Parameter limit: the time now. The wall clock that the event was stamped by may be ahead of the span's.
    func addSpanEvent(_ event: SpanEvent, until limit: UInt64) {
        let body = event.name.withBytes { beginSpanEvent($0, min(event.nanosecondsSinceEpoch, limit)) }
        guard let body else { return }
        var setter = SpanEventAttributes(self, body)
        event.attributes.forEach({ key, attribute in
            if case .string(let text) = attribute {
                key.withBytes { key in text.withBytes { setter.write(key, string: $0) } }
            } else if let value = AttributeValue(attribute) {
                setter.set(key, to: value)
            }
        })
        endSpanEvent(body, dropped: setter.dropped)
    }
}

extension String {
    /// Without retaining the string where that can be: two threads may share it.
    fileprivate func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
        var copy = self
        return copy.withUTF8(body)
    }
}

extension TraceSpanKind {
    init(_ kind: SpanKind) {
        switch kind {
        case .server: self = .server
        case .client: self = .client
        case .producer: self = .producer
        case .consumer: self = .consumer
        default: self = .internal
        }
    }
}

extension TraceSpanStatus {
    init(_ status: SpanStatus) {
        switch status.code {
        case .ok: self = .ok
        case .error: self = .error(status.message ?? "")
        }
    }
}

extension AttributeValue {
    /// nil for a case that only a later version of the API knows.
    init?(_ attribute: SpanAttribute) {
        switch attribute {
        case .int32(let value): self = .int(Int64(value))
        case .int64(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .bool(let value): self = .bool(value)
        case .string(let value): self = .string(value)
        case .int32Array(let values): self = .array(values.map { .int(Int64($0)) })
        case .int64Array(let values): self = .array(values.map { .int($0) })
        case .doubleArray(let values): self = .array(values.map { .double($0) })
        case .boolArray(let values): self = .array(values.map { .bool($0) })
        case .stringArray(let values): self = .array(values.map { .string($0) })
        case .stringConvertible(let value): self = .string(value.description)
        case .stringConvertibleArray(let values): self = .array(values.map { .string($0.description) })
        default: return nil
        }
    }
}

extension Attributes {
    convenience init(_ attributes: SpanAttributes) {
        var pairs: [(key: String, value: AttributeValue)] = []
        attributes.forEach({ key, attribute in
            if let value = AttributeValue(attribute) { pairs.append((key, value)) }
        })
        self.init(pairs)
    }
}
