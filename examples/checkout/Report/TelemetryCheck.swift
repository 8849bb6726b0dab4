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
    /// The points of the histogram with this name; none when nothing was measured.
    func histogram(_ name: String) -> [HistogramPoint] {
        let metric = metrics.first { $0.descriptor.name == name }
        guard case .histograms(let points) = metric?.points else { return [] }
        return points
    }
}
