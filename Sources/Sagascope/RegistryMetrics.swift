import SagaTelemetry

/// What the registry tells of itself.
enum RegistryMetrics {
    static func observe(in registry: MetricRegistry) {
        registry.observe(MetricCatalogue.measurementIgnored) { observations in
            for ignored in IgnoredMeasurements.all where ignored.count > 0 {
                observations.observe(ignored.count, ["reason": .string(ignored.reason)])
            }
        }
    }
}
