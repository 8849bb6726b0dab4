extension MetricView.Selector {
    /// Whether the view is for this metric.
    func matches(_ descriptor: MetricDescriptor) -> Bool {
        guard kind.map({ $0 == descriptor.kind.instrument }) ?? true, unit.map({ $0 == descriptor.unit }) ?? true,
            meter.map({ $0 == InstrumentationScope.sagascope.name }) ?? true
        else { return false }
        return Self.matches(Array(descriptor.name.lowercased().utf8), Array(name.lowercased().utf8))
    }

    var hasWildcard: Bool { name.contains { $0 == "*" || $0 == "?" } }

    /// After a mismatch only the last `*` tries again, one character further: no pattern takes more than the product of
    /// both lengths.
    private static func matches(_ text: [UInt8], _ pattern: [UInt8]) -> Bool {
        var (at, next) = (0, 0)
        var retry: (at: Int, next: Int)?
        while at < text.count {
            if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
                next += 1
                retry = (at, next)
            } else if next < pattern.count, pattern[next] == UInt8(ascii: "?") || pattern[next] == text[at] {
                at += 1
                next += 1
            } else if let last = retry {
                at = last.at + 1
                next = last.next
                retry = (at, next)
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

extension MetricDescriptor.Kind {
    /// The kind without what belongs to one metric only.
    var instrument: MetricView.InstrumentKind {
        switch self {
        case .counter: .counter
        case .upDownCounter: .upDownCounter
        case .gauge: .gauge
        case .histogram: .histogram
        }
    }
}

extension Attributes {
    func filtered(by filter: MetricView.AttributeFilter?) -> Attributes {
        switch filter {
        case nil: self
        case .keep(let keys): only { keys.contains($0) }
        case .drop(let keys): only { !keys.contains($0) }
        }
    }

    private func only(_ isKept: (String) -> Bool) -> Attributes {
        pairs.allSatisfy { isKept($0.key) } ? self : Attributes(pairs.filter { isKept($0.key) })
    }
}
