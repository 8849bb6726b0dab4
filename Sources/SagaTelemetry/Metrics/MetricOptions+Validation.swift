extension MetricOptions {
    /// What is wrong with the options, each with what to do about it; empty when they can be used as they are.
    ///
    /// ``MetricRegistry/configure(_:)`` logs these and leaves the views that they are about out; a program that reads its
    /// views from a file will rather stop.
    public var problems: [String] {
        var problems = views.enumerated().compactMap { index, view in
            view.problem.map { "view \(index + 1) (\(view.selector.name)): \($0)" }
        }
        if cardinalityLimit < 1 { problems.append("cardinality limit \(cardinalityLimit): must be at least 1") }
        return problems
    }

    /// Throws when there are ``problems``, as `Sagascope.bootstrap()` does.
    public func validate() throws(MetricOptionsError) {
        let problems = problems
        guard problems.isEmpty else { throw MetricOptionsError(problems: problems) }
    }

    /// The options without what ``problems`` tells of.
    var usable: MetricOptions {
        var usable = self
        usable.views.removeAll { $0.problem != nil }
        usable.cardinalityLimit = max(1, cardinalityLimit)
        return usable
    }
}

/// Views or a limit of ``MetricOptions`` that cannot be meant.
public struct MetricOptionsError: Error, Hashable, CustomStringConvertible {
    /// Each with what to do about it.
    public let problems: [String]

    public var description: String { "metric options: " + problems.joined(separator: "; ") }
}

extension MetricView {
    var problem: String? {
        if selector.name.isEmpty { return "selects no name; for all metrics write *" }
        if let name, selector.hasWildcard {
            return "would name several metrics \(name); select one metric by its whole name, or leave the names alone"
        }
        if let name, name.isEmpty { return "the new name is empty" }
        switch aggregation {
        case .standard, .drop: return nil
        case .explicit(let bounds):
            let isRising = zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
            return isRising && bounds.allSatisfy(\.isFinite) ? nil : "bounds \(bounds) are not finite and rising"
        case .exponential(let maxBuckets, let maxScale):
            if !(2...160).contains(maxBuckets) { return "\(maxBuckets) buckets: must be 2 to 160" }
            return (-10...20).contains(maxScale) ? nil : "scale \(maxScale): must be -10 to 20"
        }
    }
}
