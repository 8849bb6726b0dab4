import Logging

extension AttributeValue {
    /// Metadata with its shape kept: dictionaries and arrays stay compound, and numbers and booleans what they are.
    init(_ value: Logger.MetadataValue) { self.init(value, depth: 0) }

    /// Metadata below this depth becomes text: collectors refuse messages that are nested without end.
    private static let depthLimit = 16

    private init(_ value: Logger.MetadataValue, depth: Int) {
        switch value {
        case .string(let text): self = .string(text)
        case .stringConvertible(let value): self.init(value)
        case _ where depth == Self.depthLimit: self = .string(value.description)
        case .dictionary(let pairs):
            // Sorted, so that the same metadata makes the same record.
            self = .keyValues(
                pairs.sorted { $0.key < $1.key }.map { .init($0.key, AttributeValue($0.value, depth: depth + 1)) })
        case .array(let values): self = .array(values.map { AttributeValue($0, depth: depth + 1) })
        }
    }

    private init(_ value: any CustomStringConvertible & Sendable) {
        switch value {
        case let number as Int: self = .int(Int64(number))
        case let flag as Bool: self = .bool(flag)
        case let number as Double: self = .double(number)
        case let number as Float: self = .double(Double(number))
        case let number as any FixedWidthInteger:
            // An unsigned number past Int64.max has no kind of its own in OTLP.
            self = Int64(exactly: number).map { .int($0) } ?? .string(value.description)
        default: self = .string(value.description)
        }
    }
}
