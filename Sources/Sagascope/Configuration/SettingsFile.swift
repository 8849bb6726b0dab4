import Configuration

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The file that `SAGASCOPE_CONFIG_FILE` names: JSON, an object in an object for each part of a key.
///
/// swift-configuration's own JSON provider does not tell which keys a file holds, so a typing mistake would pass unseen:
/// the file is read here, and its values are handed over in memory.
struct SettingsFile {
    let path: String
    private(set) var values: [String: JSON] = [:]

    /// - Throws: ``ConfigurationError`` naming the path when there is no such file, or no JSON object in it.
    init(path: String) throws(ConfigurationError) {
        self.path = path
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            guard case .object(let members) = try JSONDecoder().decode(JSON.self, from: data) else {
                throw ConfigurationError(
                    Setting.file.name, value: path, source: "environment",
                    reason: "the file holds no JSON object, { … }")
            }
            flatten(members, under: "")
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(
                Setting.file.name, value: path, source: "environment", reason: "cannot be read: \(Self.words(error))")
        }
    }

    var source: SettingSource {
        var contents: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, value) in values {
            guard let content = value.content else { continue }
            contents[AbsoluteConfigKey(key.split(separator: ".").map(String.init))] = ConfigValue(
                content, isSecret: Setting.byKey[key]?.isSecret ?? false)
        }
        return SettingSource(name: path, InMemoryProvider(name: path, values: contents))
    }

    /// An object ends at the key of a setting: there it holds pairs.
    private mutating func flatten(_ members: [String: JSON], under prefix: String) {
        for (name, value) in members {
            let key = prefix + name
            if case .object(let inner) = value, Setting.byKey[key] == nil {
                flatten(inner, under: key + ".")
            } else {
                values[key] = value
            }
        }
    }

    private static func words(_ error: any Error) -> String {
        guard case .dataCorrupted(let context) = error as? DecodingError else { return "\(error)" }
        return context.underlyingError.map { "\($0)" } ?? context.debugDescription
    }
}

/// Any JSON value.
enum JSON: Decodable, Equatable, Sendable {
    case null
    case flag(Bool)
    case whole(Int)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Int.self) {
            self = .whole(number)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    /// Nil for null, which sets nothing. A list of texts stands for texts between commas, an object of texts for pairs.
    var content: ConfigContent? {
        switch self {
        case .null: nil
        case .flag(let flag): .bool(flag)
        case .whole(let number): .int(number)
        case .number(let number): .double(number)
        case .text(let text): .string(text)
        case .list(let values): .stringArray(values.map(\.plainText))
        case .object(let members):
            .string(
                SettingForm.pairs.text(
                    members.sorted { $0.key < $1.key }.map { SettingPair(key: $0.key, value: $0.value.plainText) }))
        }
    }

    private var plainText: String {
        switch self {
        case .null: ""
        case .flag(let flag): String(flag)
        case .whole(let number): String(number)
        case .number(let number): String(number)
        case .text(let text): text
        case .list(let values): values.map(\.plainText).joined(separator: ",")
        case .object: "{…}"
        }
    }
}
