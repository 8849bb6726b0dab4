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

/// One metric with its points, which cover the time from ``startTime`` to the snapshot's.
public struct MetricSnapshot: Sendable {
    public let descriptor: MetricDescriptor
    /// Position of the metric in its registry; stable for the life of the process, so exporters can cache by it.
    public let instrument: Int
    /// Its values are asked for when somebody looks, rather than counted all the time.
    public let isObserved: Bool
    public let temporality: AggregationTemporality
    /// When counting began, in nanoseconds since the Unix epoch: once for cumulative points, anew each time for deltas.
    public let startTime: UInt64
    /// The attributes of every series that the metric ever had, by series number; shared with the instrument, so that a
    /// snapshot costs no reference counting per point. Not each of them has a point.
    public let seriesAttributes: [Attributes]
    /// Sorted by series, at most one for each.
    public let points: Points
    /// Sorted by series; of those that have a point.
    public let exemplars: [Exemplar]

    public enum Points: Sendable {
        /// Counters, up-down counters and gauges.
        case numbers([NumberPoint])
        /// Histograms whose buckets are the descriptor's.
        case histograms([HistogramPoint])
        /// Histograms whose buckets follow from what was measured.
        case exponential([ExponentialHistogramPoint])

        public var count: Int {
            switch self {
            case .numbers(let points): points.count
            case .histograms(let points): points.count
            case .exponential(let points): points.count
            }
        }
    }

    public init(
        descriptor: MetricDescriptor, instrument: Int, isObserved: Bool = false,
        temporality: AggregationTemporality = .cumulative, startTime: UInt64, seriesAttributes: [Attributes],
        points: Points, exemplars: [Exemplar] = []
    ) {
        self.descriptor = descriptor
        self.instrument = instrument
        self.isObserved = isObserved
        self.temporality = temporality
        self.startTime = startTime
        self.seriesAttributes = seriesAttributes
        self.points = points
        self.exemplars = exemplars
    }

    /// The attributes of a point's series.
    public func attributes(of series: Int) -> Attributes {
        seriesAttributes.indices.contains(series) ? seriesAttributes[series] : .empty
    }

    /// The exemplars of a point, in the order in which they stand.
    public func exemplars(of series: Int) -> ArraySlice<Exemplar> {
        var first = 0
        var end = exemplars.count
        while first < end {
            let middle = (first + end) / 2
            if exemplars[middle].series < series { first = middle + 1 } else { end = middle }
        }
        return exemplars[first...].prefix { $0.series == series }
    }
}
