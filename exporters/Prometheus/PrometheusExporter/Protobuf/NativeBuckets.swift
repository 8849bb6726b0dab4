import SagaTelemetry

/// One side of a native histogram: runs of buckets, and each count less the one before it.
///
/// OpenTelemetry numbers a bucket by its lower bound and Prometheus by its upper one, hence the one that is added.
/// Source: prometheus.io, "Native Histograms", data model; OpenTelemetry specification, "Prometheus and OpenMetrics
/// Compatibility", exponential histograms.
struct NativeBuckets: Equatable {
    struct Span: Equatable {
        /// From the end of the span before; of the first span the index of its first bucket.
        var offset: Int32
        var length: UInt32
    }

    private(set) var spans: [Span] = []
    private(set) var deltas: [Int64] = []

    /// Up to so many empty buckets are written: a span costs about as much as two zeros.
    private static let longestGap = 2

    /// - Parameter halvings: how many steps finer the buckets are than what is written: each halves their number.
    /// - Returns: nil for buckets whose index does not fit 32 bits, which no scale of a double has.
    init?(_ buckets: ExponentialHistogramPoint.Buckets, halvings: Int) {
        var last: Int?
        var previous: Int64 = 0
        for (index, count) in Self.merged(buckets, halvings) where count > 0 {
            let empty = last.map { index - $0 - 1 }
            if let empty, empty <= Self.longestGap {
                for _ in 0..<empty { append(0, after: &previous) }
            } else {
                guard let offset = Int32(exactly: empty ?? index) else { return nil }
                spans.append(Span(offset: offset, length: 0))
            }
            append(Int64(clamping: count), after: &previous)
            last = index
        }
    }

    private mutating func append(_ count: Int64, after previous: inout Int64) {
        deltas.append(count - previous)
        previous = count
        spans[spans.count - 1].length += 1
    }

    /// Buckets by Prometheus' index, 2^`halvings` neighbours made one.
    private static func merged(
        _ buckets: ExponentialHistogramPoint.Buckets, _ halvings: Int
    ) -> [(index: Int, count: UInt64)] {
        var merged: [(index: Int, count: UInt64)] = []
        for (position, count) in buckets.counts.enumerated() {
            let index = ((Int(buckets.offset) + position) >> halvings) + 1
            if merged.last?.index == index {
                merged[merged.count - 1].count &+= count
            } else {
                merged.append((index, count))
            }
        }
        return merged
    }
}
