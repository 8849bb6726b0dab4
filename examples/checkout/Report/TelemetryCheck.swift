import Sagascope

/// Compares the metrics with what the orchestrator counted itself: as many runs of each result, as many attempts of each
/// step.
struct TelemetryCheck {
    let snapshot: MetricsSnapshot

    /// Every disagreement in words; empty when there is none.
    func disagreements(with figures: RunLedger.Figures) -> [String] {
        let runs = SagaResult.allCases.compactMap { result in
            difference(
                in: "saga.run.duration", where: "saga.result", is: result.rawValue,
                expected: figures.results[result, default: 0])
        }
        return runs + CheckoutStep.allCases.compactMap { difference(in: $0, figures.steps[$0]?.attempts.count ?? 0) }
    }

    /// Attempts of a step, as the telemetry has them.
    func attempts(of step: CheckoutStep) -> Int {
        count(in: "saga.step.duration") { $0["saga.step.name"] == .string(step.rawValue) }
    }

    /// An attempt that is cancelled before it has begun never reaches the orchestrator's code.
    private func difference(in step: CheckoutStep, _ expected: Int) -> String? {
        let measured = attempts(of: step)
        let cancelled = count(in: "saga.step.duration") { attributes in
            guard case .string(let error) = attributes["error.type"] else { return false }
            return attributes["saga.step.name"] == .string(step.rawValue) && error.hasSuffix("CancellationError")
        }
        if (measured - cancelled...measured).contains(expected) { return nil }
        return "saga.step.duration has \(measured) of \(step.rawValue), the orchestrator \(expected)"
    }

    private func difference(in metric: String, where key: String, is value: String, expected: Int) -> String? {
        let measured = count(in: metric) { $0[key] == .string(value) }
        return measured == expected ? nil : "\(metric) has \(measured) of \(value), the orchestrator \(expected)"
    }

    private func count(in metric: String, where isMeant: (Attributes) -> Bool) -> Int {
        snapshot.histogram(metric).reduce(0) { isMeant($1.attributes) ? $0 + Int($1.count) : $0 }
    }
}

extension MetricsSnapshot {
    /// What the histogram of this name measured, series by series, whichever way it counts; empty when it never did.
    func histogram(_ name: String) -> [(attributes: Attributes, count: UInt64, sum: Double)] {
        guard let metric = metrics.first(where: { $0.descriptor.name == name }) else { return [] }
        return switch metric.points {
        case .histograms(let points): points.map { (metric.attributes(of: $0.series), $0.count, $0.sum) }
        case .exponential(let points): points.map { (metric.attributes(of: $0.series), $0.count, $0.sum) }
        case .numbers: []
        }
    }
}
