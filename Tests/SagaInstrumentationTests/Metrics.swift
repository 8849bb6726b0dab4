import SagaTelemetry

/// The value of a counter, or the count of a histogram, over every series that has these attributes; nil without any.
func metric(_ name: String, _ attributes: [String: String]) -> Int? {
    guard let metric = MetricRegistry.shared.snapshot().metrics.first(where: { $0.descriptor.name == name }) else {
        return nil
    }
    func matches(_ series: Int) -> Bool {
        attributes.allSatisfy { metric.attributes(of: series)[$0.key] == .string($0.value) }
    }
    switch metric.points {
    case .numbers(let points):
        let found = points.filter { matches($0.series) }
        return found.isEmpty ? nil : found.reduce(0) { $0 + $1.value.whole }
    case .histograms(let points):
        let found = points.filter { matches($0.series) }
        return found.isEmpty ? nil : found.reduce(0) { $0 + Int($1.count) }
    case .exponential(let points):
        let found = points.filter { matches($0.series) }
        return found.isEmpty ? nil : found.reduce(0) { $0 + Int($1.count) }
    }
}

extension NumberPoint.Value {
    fileprivate var whole: Int {
        switch self {
        case .int(let value): Int(value)
        case .double(let value): Int(value)
        }
    }
}
