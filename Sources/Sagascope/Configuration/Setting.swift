import SagaTelemetry

/// One thing that can be set. The reference page, the checks for wrong values and unknown names, and the reading itself are
/// made from ``all``.
public struct Setting: Sendable {
    /// In a settings file: object by object, `otel.bsp.scheduleDelay`.
    public let key: String
    /// The environment variable, which follows from the key: `OTEL_BSP_SCHEDULE_DELAY`.
    public let name: String
    /// What holds when it is not set, as text.
    public let defaultValue: String
    /// What is allowed, for error messages and the page.
    public let allowed: String
    public let meaning: String
    /// Whether its value stays out of errors and logs.
    public let isSecret: Bool

    /// Reads the text into the values; false when the text is not allowed.
    let apply: @Sendable (_ text: String, _ values: inout SettingValues) -> Bool
    /// What an error may show of a wrong text.
    let shown: @Sendable (String) -> String

    /// A setting with a default, which is read off the values' own.
    init<Value>(
        _ key: String, _ form: SettingForm<Value>, _ path: any (WritableKeyPath<SettingValues, Value> & Sendable),
        _ meaning: String
    ) {
        self.init(
            key, form, default: form.text(SettingValues()[keyPath: path]), isSecret: false, meaning
        ) { $1[keyPath: path] = $0 }
    }

    /// A setting that is unset by default.
    /// - Parameter defaultValue: what holds then, if it has a name.
    init<Value>(
        _ key: String, _ form: SettingForm<Value>, _ path: any (WritableKeyPath<SettingValues, Value?> & Sendable),
        default defaultValue: String = "", isSecret: Bool = false, _ meaning: String
    ) {
        self.init(key, form, default: defaultValue, isSecret: isSecret, meaning) { $1[keyPath: path] = $0 }
    }

    private init<Value>(
        _ key: String, _ form: SettingForm<Value>, default defaultValue: String, isSecret: Bool, _ meaning: String,
        store: @escaping @Sendable (Value, inout SettingValues) -> Void
    ) {
        self.key = key
        name = Self.variable(of: key)
        self.defaultValue = defaultValue
        allowed = form.allowed
        self.meaning = meaning
        self.isSecret = isSecret
        let hidden: @Sendable (String) -> String = { _ in "…" }
        shown = isSecret ? hidden : form.shown
        apply = { text, values in
            guard let value = form.parse(text) else { return false }
            store(value, &values)
            return true
        }
    }

    /// `otel.bsp.scheduleDelay` is `OTEL_BSP_SCHEDULE_DELAY`: as swift-configuration's provider of environment variables
    /// spells keys.
    private static func variable(of key: String) -> String {
        var name = ""
        for character in key {
            if character == "." {
                name += "_"
            } else if character.isUppercase {
                name += "_\(character)"
            } else {
                name += character.uppercased()
            }
        }
        return name
    }
}
