/// Changes how the metrics that it matches are named, described, split and counted.
///
/// ```swift
/// var options = MetricOptions()
/// options.views = [
///     MetricView(.name("saga.*.duration"), aggregation: .exponential()),
///     MetricView(.name("http.server.*"), attributes: .drop(["url.path"])),
///     MetricView(.name("noise.*"), aggregation: .drop),
/// ]
/// ```
/// Source: OpenTelemetry specification, metrics SDK, "View". One deviation: of several views that match an instrument the
/// first applies and the log names the others; the specification makes a metric of each.
public struct MetricView: Sendable, Hashable {
    /// Which metrics the view is for: those that fit everything that is said here.
    public struct Selector: Sendable, Hashable {
        /// `*` stands for any characters or none, `?` for one. Letters match in either case, as metric names do.
        public var name: String
        public var kind: InstrumentKind?
        public var unit: String?
        /// The name of the scope that measures; see ``MetricDescriptor/meter``.
        public var meter: String?

        public init(name: String = "*", kind: InstrumentKind? = nil, unit: String? = nil, meter: String? = nil) {
            self.name = name
            self.kind = kind
            self.unit = unit
            self.meter = meter
        }

        public static func name(_ pattern: String) -> Selector { Selector(name: pattern) }
    }

    public enum InstrumentKind: String, Sendable, Hashable, CaseIterable {
        case counter
        case upDownCounter = "up_down_counter"
        case gauge
        case histogram
    }

    /// Which attributes remain. Series that then look the same are one.
    public enum AttributeFilter: Sendable, Hashable {
        case keep(Set<String>)
        case drop(Set<String>)
    }

    public enum Aggregation: Sendable, Hashable {
        /// As the descriptor and ``MetricOptions/defaultHistogram`` say.
        case standard
        /// Histograms only: these upper bounds, finite and rising.
        case explicit(bounds: [Double])
        /// Histograms only: at most `maxBuckets` on each side of zero, 2 to 160, and at most `maxScale`, -10 to 20.
        case exponential(maxBuckets: Int = 160, maxScale: Int = 20)
        /// Not exported.
        case drop
    }

    public var selector: Selector
    /// The new name; only where the selector's has no wildcard, since two metrics must not get one name.
    public var name: String?
    public var description: String?
    /// nil: all remain.
    public var attributes: AttributeFilter?
    public var aggregation: Aggregation

    public init(
        _ selector: Selector, name: String? = nil, description: String? = nil, attributes: AttributeFilter? = nil,
        aggregation: Aggregation = .standard
    ) {
        self.selector = selector
        self.name = name
        self.description = description
        self.attributes = attributes
        self.aggregation = aggregation
    }
}
