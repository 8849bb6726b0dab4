import SagaTelemetry

/// The pipeline's accounts as `otel.sdk.*` metrics: what was dropped is on the same page as what was measured, and all
/// figures of one page were read at one instant, so that they add up.
enum PipelineMetrics {
    static func observe(_ pipeline: TelemetryPipeline, in registry: MetricRegistry) {
        let reading = SharedReading { pipeline.statistics }
        registry.observe(MetricCatalogue.spanStarted) { $0.observe($0.value(of: reading).startedSpans) }
        registry.observe(MetricCatalogue.spanLive) { $0.observe($0.value(of: reading).liveSpans) }
        registry.observe(MetricCatalogue.spanQueueSize) { $0.observe($0.value(of: reading).spans.queued) }
        registry.observe(MetricCatalogue.spanQueueCapacity) { $0.observe(capacity($0.value(of: reading).spans)) }
        registry.observe(MetricCatalogue.spanProcessed) { processed($0.value(of: reading).spans, &$0) }
        registry.observe(MetricCatalogue.spanExported) { exported($0.value(of: reading).spans, &$0) }
        registry.observe(MetricCatalogue.spanInFlight) { $0.observe($0.value(of: reading).spans.exporting) }
        registry.observe(MetricCatalogue.logCreated) { $0.observe($0.value(of: reading).logs.created) }
        registry.observe(MetricCatalogue.logQueueSize) { $0.observe($0.value(of: reading).logs.queued) }
        registry.observe(MetricCatalogue.logQueueCapacity) { $0.observe(capacity($0.value(of: reading).logs)) }
        registry.observe(MetricCatalogue.logProcessed) { processed($0.value(of: reading).logs, &$0) }
        registry.observe(MetricCatalogue.logExported) { exported($0.value(of: reading).logs, &$0) }
        registry.observe(MetricCatalogue.logInFlight) { $0.observe($0.value(of: reading).logs.exporting) }
        registry.observe(MetricCatalogue.pointExported) { exported($0.value(of: reading).metricPoints, &$0) }
        registry.observe(MetricCatalogue.pointInFlight) { $0.observe($0.value(of: reading).metricPoints.exporting) }
    }

    /// As the setting counts it: 512 bytes a record.
    private static func capacity(_ statistics: SignalStatistics) -> Int { statistics.queueBytes / 512 }

    /// A record counts as processed when it is handed to the exporter, or lost on the way there.
    private static func processed(_ statistics: SignalStatistics, _ observations: inout Observations) {
        let lost = beforeExport.reduce(0) { $0 + statistics.dropped[$1, default: 0] }
        observations.observe(statistics.created - lost - statistics.queued)
        for reason in beforeExport {
            guard let count = statistics.dropped[reason] else { continue }
            observations.observe(count, ["error.type": .string(reason.rawValue)])
        }
    }

    private static func exported(_ statistics: SignalStatistics, _ observations: inout Observations) {
        observations.observe(statistics.exported)
        if statistics.rejected > 0 { observations.observe(statistics.rejected, ["error.type": "rejected"]) }
        for (reason, count) in statistics.dropped where !beforeExport.contains(reason) {
            observations.observe(count, ["error.type": .string(reason.rawValue)])
        }
    }

    /// Reasons for which a record never became part of an export.
    private static let beforeExport: [DropReason] = [.queueFull, .recordTooLarge]
}
