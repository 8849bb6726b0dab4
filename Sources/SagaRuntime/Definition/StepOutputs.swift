import FoundationEssentials

/// What the committed steps of a run have answered, as it stands in the log.
struct StepOutputs: Sendable {
    private(set) var bytes: [String: [UInt8]] = [:]

    subscript(step: String) -> [UInt8]? {
        get { bytes[step] }
        set { bytes[step] = newValue }
    }

    /// - Returns: nil when the step has not been committed.
    func output<Output>(of key: StepKey<Output>) throws -> Output? {
        guard let bytes = bytes[key.name] else { return nil }
        do { return try JSONPayload.decode(Output.self, from: bytes) } catch {
            throw SagaRuntimeError.unreadable(what: "the output of step \(key.name)", reason: "\(error)")
        }
    }
}

/// Values in records are JSON: people read them with `sagascope log show`.
package enum JSONPayload {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}

extension JSONPayload {
    /// Of a value of ours, which can always be encoded.
    static func text(_ value: some Encodable) -> [UInt8] { (try? encode(value)) ?? [] }
}
