import Configuration

/// A place where settings stand: the environment, a file, or a provider of the program's own.
struct SettingSource: Sendable {
    /// For people: `environment`, a path, or the provider's name.
    let name: String
    private let provider: any ConfigProvider

    init(name: String, _ provider: any ConfigProvider) {
        self.name = name
        self.provider = provider
    }

    static func environment(_ variables: [String: String]) -> SettingSource {
        SettingSource(name: "environment", EnvironmentVariablesProvider(environmentVariables: variables))
    }

    /// A value as text, and what it is called there.
    struct Found {
        let name: String
        let text: String
    }

    /// Nil when the setting is not here, or empty: the specification takes an empty value for none.
    /// - Throws: what the provider says of a value that is neither text nor a number nor a boolean.
    func find(_ setting: Setting) throws -> Found? {
        let key = AbsoluteConfigKey(setting.key.split(separator: ".").map(String.init))
        // Providers answer in the type that they are asked for, or refuse; each of these has one text only.
        var refusal: any Error = CancellationError()
        for type in [ConfigType.string, .int, .bool, .double, .stringArray] {
            do {
                let answer = try provider.value(forKey: key, type: type)
                let text = answer.value.flatMap { Self.text(of: $0.content, setting) } ?? ""
                return text.isEmpty ? nil : Found(name: answer.encodedKey, text: text)
            } catch {
                refusal = error
            }
        }
        throw refusal
    }

    /// `true` of a switch that is on or off is `on`.
    private static func text(of content: ConfigContent, _ setting: Setting) -> String? {
        switch content {
        case .string(let text): text
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .bool(let flag):
            setting.allowed == SettingForm.onOff.allowed ? (flag ? "on" : "off") : String(flag)
        case .stringArray(let texts): texts.joined(separator: ",")
        default: nil
        }
    }
}
