#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The application's part of a snapshot, as JSON.
public enum SnapshotCoding {
    /// - Throws: what the value's `encode(to:)` throws.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        // Equal values are equal bytes.
        encoder.outputFormatting = .sortedKeys
        return try [UInt8](encoder.encode(value))
    }

    /// - Throws: `DecodingError` for bytes that no such value has.
    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
