import SagaTelemetry

/// The pipeline's accounts as `otel.sdk.*` metrics: what was dropped is on the same page as what was measured.
enum PipelineMetrics {
    static func observe(_ pipeline: TelemetryPipeline, in registry: MetricRegistry) {
        observe(
            registry, processed: MetricCatalogue.spanProcessed, exported: MetricCatalogue.spanExported,
            inFlight: MetricCatalogue.spanInFlight
        ) { pipeline.statistics.spans }
        observe(
            registry, processed: MetricCatalogue.logProcessed, exported: MetricCatalogue.logExported,
            inFlight: MetricCatalogue.logInFlight
        ) { pipeline.statistics.logs }
        registry.observe(MetricCatalogue.pointExported) { observeExported(pipeline.statistics.metricPoints, &$0) }
    }

    private static func observe(
        _ registry: MetricRegistry, processed: MetricDescriptor, exported: MetricDescriptor, inFlight: MetricDescriptor,
        _ statistics: @escaping @Sendable () -> SignalStatistics
    ) {
        registry.observe(processed) { observations in
            let statistics = statistics()
            let lost = beforeExport.reduce(0) { $0 + statistics.dropped[$1, default: 0] }
            observations.observe(statistics.created - lost)
            for reason in beforeExport {
                guard let count = statistics.dropped[reason] else { continue }
                observations.observe(count, ["error.type": .string(reason.rawValue)])
            }
        }
        registry.observe(exported) { observeExported(statistics(), &$0) }
        registry.observe(inFlight) { $0.observe(statistics().inFlight) }
    }

    /// Reasons for which a record never became part of an export.
    private static let beforeExport: [DropReason] = [.ringFull, .recordTooLarge]

    private static func observeExported(_ statistics: SignalStatistics, _ observations: inout Observations) {
        observations.observe(statistics.exported)
        if statistics.rejected > 0 { observations.observe(statistics.rejected, ["error.type": "rejected"]) }
        for (reason, count) in statistics.dropped where !beforeExport.contains(reason) {
            observations.observe(count, ["error.type": .string(reason.rawValue)])
        }
    }
}
