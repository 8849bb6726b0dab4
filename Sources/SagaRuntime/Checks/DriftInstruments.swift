import SagaTelemetry

/// What the patrol tells of its looks and findings.
enum DriftInstruments {
    /// `saga.drift.result`.
    enum Result: String, CaseIterable {
        case consistent, lagging, drifted, unknown
    }

    static func checked(_ results: [Result: Int]) {
        for (result, count) in results where count > 0 {
            MetricRegistry.shared.counter(
                MetricCatalogue.driftChecks, ["saga.drift.result": .string(result.rawValue)]
            ).add(count)
        }
    }

    static func active(_ change: Int, _ kind: RunFinding.Kind) {
        MetricRegistry.shared.upDownCounter(MetricCatalogue.driftActive, ["saga.drift.type": .string(kind.rawValue)])
            .add(change)
    }

    static func detected(_ finding: RunFinding) {
        MetricRegistry.shared.counter(
            MetricCatalogue.driftDetections,
            ["saga.name": .string(finding.saga), "saga.drift.type": .string(finding.type.rawValue)]
        ).add()
        TelemetryEvent.emit(EventCatalogue.driftDetected, severity: .error) { event in
            event.set("saga.name", finding.saga)
            event.set("saga.run.id", finding.run)
            event.set("saga.drift.type", finding.type.rawValue)
            event.set("saga.drift.memory", "\(finding.memory)")
            event.set("saga.drift.log", "\(finding.log)")
        }
    }

    /// - Parameter outcome: `repaired`, or `quarantined` where the log did not allow it.
    static func repaired(_ finding: RunFinding, outcome: String) {
        MetricRegistry.shared.counter(
            MetricCatalogue.driftRepairs,
            ["saga.drift.type": .string(finding.type.rawValue), "saga.drift.outcome": .string(outcome)]
        ).add()
        TelemetryEvent.emit(EventCatalogue.driftRepaired, severity: .warn) { event in
            event.set("saga.name", finding.saga)
            event.set("saga.run.id", finding.run)
            event.set("saga.drift.type", finding.type.rawValue)
            event.set("saga.drift.outcome", outcome)
        }
    }
}
