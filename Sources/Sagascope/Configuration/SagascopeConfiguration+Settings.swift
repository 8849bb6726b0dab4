public import Configuration
import SagaTelemetry

extension SagascopeConfiguration {
    /// What is set, from the first place that has it: the environment, the file that `SAGASCOPE_CONFIG_FILE` names, the
    /// providers in their order, the defaults.
    ///
    /// - Parameters:
    ///   - environment: the process's variables.
    ///   - providers: of swift-configuration, for settings that stand elsewhere: a YAML file, a directory of secrets. They
    ///     are asked for the keys of ``Setting/all``.
    /// - Throws: ``ConfigurationError`` with every value that cannot be used, every unknown `SAGASCOPE_` variable and every
    ///   unknown key of the file.
    public init(
        environment: [String: String], providers: [any ConfigProvider] = []
    ) throws(ConfigurationError) {
        var values = SettingValues()
        values.configuration.surroundings.environment = environment
        let variables = SettingSource.environment(environment)
        var switches = SettingReader([variables])
        switches.read(.disabled, into: &values)
        switches.read(.file, into: &values)
        guard !values.configuration.isDisabled else {
            self = values.configuration
            return
        }

        let file: SettingsFile? = if let path = values.settingsFile { try SettingsFile(path: path) } else { nil }
        var reader = SettingReader(
            [variables] + [file?.source].compactMap { $0 }
                + providers.map { SettingSource(name: $0.providerName, $0) })
        reader.read(.disabled, into: &values)
        guard !values.configuration.isDisabled else {
            self = values.configuration
            return
        }
        reader.check(variables: environment)
        if let file { reader.check(file) }
        for setting in Setting.all { reader.read(setting, into: &values) }
        guard reader.problems.isEmpty else { throw ConfigurationError(reader.problems) }
        self = values.result()
    }
}
