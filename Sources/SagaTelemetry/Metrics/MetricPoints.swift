// What the exporters write, one point a series. A point tells its series by number; the attributes are in
// `MetricSnapshot.seriesAttributes`.

/// The value of a counter or gauge.
public struct NumberPoint: Sendable, Hashable {
    /// Integers stay integers all the way to the wire; a gauge or a sum of seconds is a double.
    public enum Value: Sendable, Hashable {
        case int(Int64)
        case double(Double)

        static func + (left: Value, right: Value) -> Value { combine(left, right, { $0 &+ $1 }, +) }
        static func - (left: Value, right: Value) -> Value { combine(left, right, { $0 &- $1 }, -) }

        private static func combine(
            _ left: Value, _ right: Value, _ whole: (Int64, Int64) -> Int64, _ real: (Double, Double) -> Double
        ) -> Value {
            switch (left, right) {
            case (.int(let left), .int(let right)): .int(whole(left, right))
            case (.double(let left), .double(let right)): .double(real(left, right))
            case (.int(let left), .double(let right)): .double(real(Double(left), right))
            case (.double(let left), .int(let right)): .double(real(left, Double(right)))
            }
        }

        public var asDouble: Double {
            switch self {
            case .int(let value): Double(value)
            case .double(let value): value
            }
        }
    }

    /// Position of the series within its metric: 0, 1, 2, …; stable for the life of the process.
    public let series: Int
    public let value: Value

    public init(series: Int, value: Value) {
        self.series = series
        self.value = value
    }
}

/// A histogram with bounds that were given.
public struct HistogramPoint: Sendable, Hashable {
    public let series: Int
    /// Measurements per bucket, not cumulated: one more than the descriptor has bounds, the last one up to +Inf.
    public let counts: [UInt64]
    public let sum: Double
    /// The smallest and the largest finite measurement; nil where there was none, and in deltas, for which it is not known.
    public let min: Double?
    public let max: Double?

    public var count: UInt64 { counts.reduce(0, +) }

    public init(series: Int, counts: [UInt64], sum: Double, min: Double? = nil, max: Double? = nil) {
        self.series = series
        self.counts = counts
        self.sum = sum
        self.min = min
        self.max = max
    }
}

/// A histogram whose bounds are the powers of `2^(2^-scale)`: the relative error of every bucket is the same.
///
/// Source: OpenTelemetry metrics data model, "ExponentialHistogram".
public struct ExponentialHistogramPoint: Sendable, Hashable {
    /// Neighbouring buckets on one side of zero.
    public struct Buckets: Sendable, Hashable {
        /// The index of the first bucket; bucket `i` holds `base^i < |value| ≤ base^(i+1)`.
        public var offset: Int32
        /// From the first bucket that is not empty to the last one; none when nothing was measured on this side.
        public var counts: [UInt64]

        public init(offset: Int32 = 0, counts: [UInt64] = []) {
            self.offset = offset
            self.counts = counts
        }
    }

    public let series: Int
    /// Both sides and ``zeroCount`` together.
    public let count: UInt64
    public let sum: Double
    /// The smallest and the largest measurement; nil where there was none, and in deltas, for which it is not known.
    public let min: Double?
    public let max: Double?
    /// Measurements whose magnitude is not above ``zeroThreshold``.
    public let zeroCount: UInt64
    public let zeroThreshold: Double
    public let scale: Int32
    public let positive: Buckets
    public let negative: Buckets

    public init(
        series: Int, sum: Double, min: Double? = nil, max: Double? = nil, zeroCount: UInt64 = 0,
        zeroThreshold: Double = 0, scale: Int32, positive: Buckets = Buckets(), negative: Buckets = Buckets()
    ) {
        self.series = series
        self.count = (positive.counts + negative.counts).reduce(zeroCount, +)
        self.sum = sum
        self.min = min
        self.max = max
        self.zeroCount = zeroCount
        self.zeroThreshold = zeroThreshold
        self.scale = scale
        self.positive = positive
        self.negative = negative
    }
}

/// One measurement that led to a point, with the span under which it was made: the way from a metric to a trace.
public struct Exemplar: Sendable, Hashable {
    public let series: Int
    public let value: NumberPoint.Value
    /// When it was measured, in nanoseconds since the Unix epoch.
    public let time: UInt64
    /// Not valid when no span was open; so is ``spanID``.
    public let traceID: TraceID
    public let spanID: SpanID
    /// Attributes of the measurement that a view took away from the series.
    public let filteredAttributes: Attributes

    public init(
        series: Int, value: NumberPoint.Value, time: UInt64, traceID: TraceID, spanID: SpanID,
        filteredAttributes: Attributes = .empty
    ) {
        self.series = series
        self.value = value
        self.time = time
        self.traceID = traceID
        self.spanID = spanID
        self.filteredAttributes = filteredAttributes
    }
}
