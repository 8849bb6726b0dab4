/// Turns the cumulative snapshots of a registry into what one destination prefers. Each destination has its own, so one can
/// have deltas while another has sums.
///
/// A delta reaches from the last snapshot that was committed to the new one, so that what a failed export did not bring is in
/// the next. Series without a change have no point in a delta.
struct TemporalityConverter {
    private let preference: TemporalityPreference
    /// By instrument: what was delivered so far.
    private var baselines: [Int: Baseline] = [:]
    private var committed: UInt64?

    /// The last delivered point of each series. Observed series may come and go.
    private struct Baseline {
        var numbers: [NumberPoint?] = []
        var histograms: [HistogramPoint?] = []
        var exponential: [ExponentialHistogramPoint?] = []
    }

    init(_ preference: TemporalityPreference) { self.preference = preference }

    func convert(_ snapshot: MetricsSnapshot) -> MetricsSnapshot {
        guard preference != .cumulative else { return snapshot }
        return MetricsSnapshot(time: snapshot.time, metrics: snapshot.metrics.compactMap(convert))
    }

    /// The snapshot, as the registry gave it, was delivered.
    mutating func commit(_ snapshot: MetricsSnapshot) {
        guard preference != .cumulative else { return }
        committed = snapshot.time
        for metric in snapshot.metrics where temporality(of: metric) == .delta {
            switch metric.points {
            case .numbers(let points):
                for point in points {
                    baselines[metric.instrument, default: Baseline()].numbers.put(point, point.series)
                }
            case .histograms(let points):
                for point in points {
                    baselines[metric.instrument, default: Baseline()].histograms.put(point, point.series)
                }
            case .exponential(let points):
                for point in points {
                    baselines[metric.instrument, default: Baseline()].exponential.put(point, point.series)
                }
            }
        }
    }

    private func temporality(of metric: MetricSnapshot) -> AggregationTemporality {
        preference.temporality(of: metric.descriptor.kind, isObserved: metric.isObserved)
    }

    /// - Returns: nil when nothing has changed.
    private func convert(_ metric: MetricSnapshot) -> MetricSnapshot? {
        guard temporality(of: metric) == .delta else { return metric }
        let baseline = baselines[metric.instrument] ?? Baseline()
        let points: MetricSnapshot.Points =
            switch metric.points {
            case .numbers(let points): .numbers(points.compactMap { $0.delta(since: baseline.numbers.at($0.series)) })
            case .histograms(let points):
                .histograms(points.compactMap { $0.delta(since: baseline.histograms.at($0.series)) })
            case .exponential(let points):
                .exponential(points.compactMap { $0.delta(since: baseline.exponential.at($0.series)) })
            }
        guard points.count > 0 else { return nil }
        let start = committed ?? metric.startTime
        return MetricSnapshot(
            descriptor: metric.descriptor, instrument: metric.instrument, isObserved: metric.isObserved,
            temporality: .delta,
            startTime: start, seriesAttributes: metric.seriesAttributes, points: points,
            exemplars: metric.exemplars.filter { $0.time > start })
    }
}

extension Array {
    fileprivate func at<Point>(_ series: Int) -> Point? where Element == Point? {
        indices.contains(series) ? self[series] : nil
    }

    fileprivate mutating func put<Point>(_ point: Point, _ series: Int) where Element == Point? {
        if series >= count { self += [Point?](repeating: nil, count: series + 1 - count) }
        self[series] = point
    }
}
