import SagaTelemetry

extension InstrumentLines {
    /// - Returns: how many of `points` are on the page.
    func render(_ points: [HistogramPoint], of metric: MetricSnapshot, page: Int, to output: inout PageBuffer) -> Int {
        var exemplars = SeriesExemplars(style.syntax == .openMetrics ? metric.exemplars : [])
        let hasNegativeBuckets = (bounds.first ?? 0) < 0
        var written = 0
        for point in points where point.counts.count == bounds.count + 1 {
            learn(point.series, of: metric)
            let own = exemplars.next(of: point.series)
            guard var line = take(point.series, page: page) else { continue }
            var count: UInt64 = 0
            var previous = -Double.infinity
            for (index, bucket) in point.counts.enumerated() {
                count &+= bucket
                let bound = index < bounds.count ? bounds[index] : .infinity
                append(bucket: line, count, own.largest(above: previous, upTo: bound), to: &output)
                previous = bound
                line += 1
            }
            let sum = style.syntax.allows(sum: point.sum, hasNegativeBuckets: hasNegativeBuckets) ? point.sum : nil
            appendSummary(line: line, sum: sum, count: count, of: metric, to: &output)
            written += 1
        }
        return written
    }

    /// An exponential histogram as its count and its sum.
    ///
    /// The text formats have no native histograms. Classic buckets made of them would have bounds that follow the data, so
    /// that no two processes had the same and their sum over `le` would be wrong without any sign of it; one +Inf bucket
    /// adds up. Whoever wants the distribution scrapes protobuf, or gives the metric bounds.
    ///
    /// - Returns: how many of `points` are on the page.
    func render(
        _ points: [ExponentialHistogramPoint], of metric: MetricSnapshot, page: Int, to output: inout PageBuffer
    ) -> Int {
        var exemplars = SeriesExemplars(style.syntax == .openMetrics ? metric.exemplars : [])
        var written = 0
        for point in points {
            learn(point.series, of: metric)
            let own = exemplars.next(of: point.series)
            guard let line = take(point.series, page: page) else { continue }
            append(bucket: line, point.count, own.largest(above: -.infinity, upTo: .infinity), to: &output)
            let sum =
                style.syntax.allows(sum: point.sum, hasNegativeBuckets: !point.negative.counts.isEmpty)
                ? point.sum : nil
            appendSummary(line: line + 1, sum: sum, count: point.count, of: metric, to: &output)
            written += 1
        }
        return written
    }

    private func append(bucket line: Int, _ count: UInt64, _ exemplar: Exemplar?, to output: inout PageBuffer) {
        append(line: line, to: &output)
        output.append(count)
        if let exemplar { ExemplarText.append(exemplar, escaping: style.escaping, to: &output) }
        output.append("\n")
    }

    /// The lines behind the buckets.
    ///
    /// - Parameter sum: nil leaves the count out too, since OpenMetrics has either both or none; the last bucket tells it.
    private func appendSummary(
        line: Int, sum: Double?, count: UInt64, of metric: MetricSnapshot, to output: inout PageBuffer
    ) {
        if let sum {
            append(line: line, to: &output)
            output.append(.double(sum))
            output.append("\n")
            append(line: line + 1, to: &output)
            output.append(count)
            output.append("\n")
        }
        if style.createdSamples { appendCreated(line: line + 2, of: metric, to: &output) }
    }
}
