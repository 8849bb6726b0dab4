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
        let attempts = Step.allCases.compactMap { step in
            difference(
                in: "saga.step.duration", where: "saga.step.name", is: step.rawValue,
                expected: figures.steps[step]?.attempts.count ?? 0)
        }
        return runs + attempts
    }

    private func difference(in metric: String, where key: String, is value: String, expected: Int) -> String? {
        let measured = snapshot.histogram(metric).reduce(0) { count, point in
            point.attributes[key] == .string(value) ? count + Int(point.count) : count
        }
        return measured == expected ? nil : "\(metric) has \(measured) of \(value), the orchestrator \(expected)"
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
