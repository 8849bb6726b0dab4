import TaskInspection

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where dumps come from.
protocol DumpSource: Sendable {
    /// For people: an address or a process.
    var name: String { get }
    func dump() async throws(CommandFailure) -> TaskDump
}

extension DumpSource {
    /// Reads what came from ``name``.
    func decode(_ json: [UInt8]) throws(CommandFailure) -> TaskDump {
        let data = Data(json)
        do {
            return try JSONDecoder().decode(TaskDump.self, from: data)
        } catch {
            // A newer one may well not decode: its version is what to tell then.
            if let version = try? JSONDecoder().decode(Version.self, from: data).version, version > Self.knownVersion {
                throw .newerVersion(name, version: version)
            }
            throw .noDump(name, reason: Self.words(error))
        }
    }

    /// - Throws: for a dump of a version that this program does not know.
    func checked(_ dump: TaskDump) throws(CommandFailure) -> TaskDump {
        guard dump.version <= Self.knownVersion else { throw .newerVersion(name, version: dump.version) }
        return dump
    }

    private static var knownVersion: Int { 1 }

    private static func words(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .dataCorrupted: "it is not JSON"
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has another type"
        default: "\(error)"
        }
    }
}

private struct Version: Decodable {
    let version: Int
}
