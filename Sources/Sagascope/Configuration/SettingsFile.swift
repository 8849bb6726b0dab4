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
