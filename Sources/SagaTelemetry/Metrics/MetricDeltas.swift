// What came between two points of one series; nil when nothing did. Minimum and maximum of a delta are not known.

extension NumberPoint {
    /// A sum that fell was begun anew, as by a counter's `reset()`: all of it is new.
    func delta(since earlier: NumberPoint?) -> NumberPoint? {
        var delta = value
        if let earlier {
            // Not by comparison as doubles: two large integers may be the same double.
            let difference = value - earlier.value
            if difference.asDouble >= 0 { delta = difference }
        }
        return delta.asDouble == 0 ? nil : NumberPoint(series: series, value: delta)
    }
}

extension HistogramPoint {
    func delta(since earlier: HistogramPoint?) -> HistogramPoint? {
        let counts = earlier.map { zip(self.counts, $0.counts).map { $0 &- $1 } } ?? self.counts
        guard counts.contains(where: { $0 > 0 }) else { return nil }
        return HistogramPoint(series: series, counts: counts, sum: sum - (earlier?.sum ?? 0))
    }
}

extension ExponentialHistogramPoint {
    /// A histogram only ever becomes coarser, so the earlier one is brought to the scale of this one.
    func delta(since earlier: ExponentialHistogramPoint?) -> ExponentialHistogramPoint? {
        let steps = Swift.max(0, (earlier?.scale ?? scale) - scale)
        let delta = ExponentialHistogramPoint(
            series: series, sum: sum - (earlier?.sum ?? 0), zeroCount: zeroCount &- (earlier?.zeroCount ?? 0),
            zeroThreshold: zeroThreshold, scale: scale,
            positive: positive.minus(earlier?.positive.coarsened(by: steps)),
            negative: negative.minus(earlier?.negative.coarsened(by: steps)))
        return delta.count > 0 ? delta : nil
    }
}

extension ExponentialHistogramPoint.Buckets {
    /// The same measurements, `steps` scales coarser: each bucket holds what 2^steps neighbours held.
    func coarsened(by steps: Int32) -> Self {
        guard steps > 0, !counts.isEmpty else { return self }
        let last = (offset + Int32(counts.count) - 1) >> steps
        var coarse = Self(offset: offset >> steps, counts: [])
        coarse.counts = [UInt64](repeating: 0, count: Int(last - coarse.offset) + 1)
        for (position, count) in counts.enumerated() {
            coarse.counts[Int((offset + Int32(position)) >> steps - coarse.offset)] += count
        }
        return coarse
    }

    /// Without the measurements of `earlier`, which all are among these; without empty buckets at the ends.
    func minus(_ earlier: Self?) -> Self {
        var counts = self.counts
        for (position, count) in (earlier?.counts ?? []).enumerated() where count > 0 {
            guard let earlier else { continue }
            let index = Int(earlier.offset - offset) + position
            if counts.indices.contains(index) { counts[index] &-= count }
        }
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 })
        else { return Self() }
        return Self(offset: offset + Int32(first), counts: Array(counts[first...last]))
    }
}
