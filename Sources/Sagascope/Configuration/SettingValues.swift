import SagaTelemetry

/// What the settings say, one by one; most go straight into the configuration, the rest is put together at the end.
struct SettingValues: Sendable {
    var configuration = SagascopeConfiguration()
    var settingsFile: String?
    var serviceName: String?
    var resourceAttributes: [SettingPair]?
    var sampler: SamplerName?
    var sampledShare = 1.0
    var otlp = OTLPSettings()
    var file = SagascopeConfiguration.File()

    /// The configuration as a whole.
    func result() -> SagascopeConfiguration {
        var configuration = configuration
        for pair in resourceAttributes ?? [] {
            if pair.key == "service.name" {
                configuration.serviceName = pair.value
            } else {
                configuration.resourceAttributes[pair.key] = .string(pair.value)
            }
        }
        configuration.serviceName = serviceName ?? configuration.serviceName
        if let sampler { configuration.tracing.sampler = sampler.sampler(share: sampledShare) }
        if let http = otlp.http {
            configuration.export = .http(http)
        } else {
            configuration.export = file.path == "none" ? .none : .file(file)
        }
        return configuration
    }
}
