/// Every metric of a registry at one moment: what both exporters render.
public struct MetricsSnapshot: Sendable {
    /// When the registry was read, in nanoseconds since the Unix epoch.
    public var time: UInt64
    public var metrics: [MetricSnapshot]

    public init(time: UInt64, metrics: [MetricSnapshot]) {
        self.time = time
        self.metrics = metrics
    }

    /// How many points the snapshot holds in all.
    public var pointCount: Int { metrics.reduce(0) { $0 + $1.points.count } }
}

/// One metric with its points, cumulative since ``startTime``.
public struct MetricSnapshot: Sendable {
    public let descriptor: MetricDescriptor
    /// Position of the instrument in its registry; stable for the life of the process, so exporters can cache by it.
    public let instrument: Int
    /// When counting began, in nanoseconds since the Unix epoch.
    public let startTime: UInt64
    public let points: Points

    public enum Points: Sendable {
        /// Counters, up-down counters and gauges.
        case numbers([NumberPoint])
        case histograms([HistogramPoint])

        public var count: Int {
            switch self {
            case .numbers(let points): points.count
            case .histograms(let points): points.count
            }
        }
    }

    public init(descriptor: MetricDescriptor, instrument: Int, startTime: UInt64, points: Points) {
        self.descriptor = descriptor
        self.instrument = instrument
        self.startTime = startTime
        self.points = points
    }
}

/// The value of a counter or gauge for one set of attributes.
public struct NumberPoint: Sendable {
    /// Integers stay integers all the way to the wire; a gauge or a sum of seconds is a double.
    public enum Value: Sendable, Hashable {
        case int(Int64)
        case double(Double)
    }

    /// Position of the series within its instrument: 0, 1, 2, …; stable for the life of the process.
    public let series: Int
    public let attributes: Attributes
    public let value: Value

    public init(series: Int, attributes: Attributes, value: Value) {
        self.series = series
        self.attributes = attributes
        self.value = value
    }
}

/// The buckets of a histogram for one set of attributes.
public struct HistogramPoint: Sendable {
    /// Position of the series within its instrument; stable for the life of the process.
    public let series: Int
    public let attributes: Attributes
    /// Measurements per bucket, not cumulated: one more than the descriptor has bounds, the last one up to +Inf.
    public let counts: [UInt64]
    public let sum: Double

    public var count: UInt64 { counts.reduce(0, +) }

    public init(series: Int, attributes: Attributes, counts: [UInt64], sum: Double) {
        self.series = series
        self.attributes = attributes
        self.counts = counts
        self.sum = sum
    }
}
