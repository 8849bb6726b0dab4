/// What a metric is: everything about it that does not change while the process runs.
///
/// Descriptors stand in ``MetricCatalogue``; instruments, exporters, dashboards and the reference page are made from them.
public struct MetricDescriptor: Sendable, Hashable {
    /// How measurements become points.
    public enum Kind: Sendable, Hashable {
        /// A sum that only grows; exported as a monotonic cumulative sum.
        case counter
        /// A sum that grows and shrinks.
        case upDownCounter
        /// The last value set.
        case gauge
        /// Counts per bucket; `bounds` are the inclusive upper bounds, rising, without +Inf.
        case histogram(bounds: [Double])
    }

    /// OpenTelemetry name: lower case, dots between namespaces, no unit and no `total`.
    public let name: String
    public let kind: Kind
    /// UCUM unit: `s`, `By`, `1`, or an annotation such as `{run}`.
    public let unit: String
    public let description: String
    /// The keys that a point of this metric may carry.
    public let attributes: [String]

    public init(_ name: String, _ kind: Kind, unit: String, attributes: [String] = [], _ description: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.attributes = attributes
        self.description = description
    }

    /// The bucket bounds of a histogram; empty for every other kind.
    public var bounds: [Double] {
        if case .histogram(let bounds) = kind { return bounds }
        return []
    }
}
