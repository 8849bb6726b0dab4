import CSagascope
import Synchronization

/// One metric with all its series: what a descriptor becomes in a registry.
///
/// Binding a set of attributes looks it up or makes a new series, in O(1). Past ``cardinalityLimit`` series every further
/// set shares one, marked `otel.metric.overflow`: a label that never repeats costs a bounded amount of memory.
public final class InstrumentFamily: Sendable {
    public let descriptor: MetricDescriptor
    let bounds: HistogramBounds
    private let state = Mutex(State())

    /// The specification's default.
    public static let cardinalityLimit = 2000
    static let overflow: Attributes = ["otel.metric.overflow": true]

    private struct State {
        var ordinals: [Attributes: Int] = [:]
        var series: [Series] = []
        var overflow: Int?
    }

    /// Where one series keeps its numbers.
    private enum Series {
        case cells(Attributes, first: UInt64)
        case gauge(Attributes, BoundGauge)
    }

    init(_ descriptor: MetricDescriptor) {
        self.descriptor = descriptor
        bounds = HistogramBounds(descriptor.bounds)
    }

    // MARK: binding

    /// The first cell of a series; nil when all 2^18 cells of a thread are taken.
    func cell(_ attributes: Attributes) -> UInt64? {
        state.withLock { state in
            let ordinal = Self.ordinal(of: attributes, in: &state) { attributes in
                cells.map { .cells(attributes, first: $0) }
            }
            guard let ordinal, case .cells(_, let first) = state.series[ordinal] else { return nil }
            return first
        }
    }

    func gauge(_ attributes: Attributes) -> BoundGauge {
        state.withLock { state in
            let ordinal = Self.ordinal(of: attributes, in: &state) { .gauge($0, BoundGauge()) }
            guard let ordinal, case .gauge(_, let gauge) = state.series[ordinal] else { return BoundGauge() }
            return gauge
        }
    }

    /// A new series' cells: one for a sum; one a bucket and one for the sum of a histogram.
    private var cells: UInt64? {
        var count: UInt64 = 1
        if case .histogram = descriptor.kind { count = bounds.bucketCount + 1 }
        let first = sgs_cells_reserve(count)
        return first < 0 ? nil : UInt64(first)
    }

    private static func ordinal(
        of attributes: Attributes, in state: inout State, make: (Attributes) -> Series?
    ) -> Int? {
        if let known = state.ordinals[attributes] { return known }
        if state.series.count < cardinalityLimit, let series = make(attributes) {
            state.ordinals[attributes] = state.series.count
            state.series.append(series)
            return state.series.count - 1
        }
        if let overflow = state.overflow { return overflow }
        guard let series = make(Self.overflow) else { return nil }
        state.overflow = state.series.count
        state.series.append(series)
        return state.overflow
    }

    // MARK: collection

    func points() -> MetricSnapshot.Points {
        let series = state.withLock { $0.series }
        if case .histogram = descriptor.kind {
            return .histograms(series.enumerated().compactMap(histogramPoint))
        }
        var points: [NumberPoint] = []
        points.reserveCapacity(series.count)
        for (ordinal, series) in series.enumerated() {
            if let point = numberPoint(ordinal, series) { points.append(point) }
        }
        return .numbers(points)
    }

    private func numberPoint(_ ordinal: Int, _ series: Series) -> NumberPoint? {
        switch series {
        case .cells(let attributes, let first):
            let sum = Int64(bitPattern: sgs_cell_sum(first))
            return NumberPoint(series: ordinal, attributes: attributes, value: .int(sum))
        case .gauge(let attributes, let gauge):
            return gauge.value.map { NumberPoint(series: ordinal, attributes: attributes, value: .double($0)) }
        }
    }

    private func histogramPoint(_ ordinal: Int, _ series: Series) -> HistogramPoint? {
        guard case .cells(let attributes, let first) = series else { return nil }
        let counts = (0..<bounds.bucketCount).map { sgs_cell_sum(first + $0) }
        let sum = sgs_cell_sum_double(first + bounds.bucketCount)
        return HistogramPoint(series: ordinal, attributes: attributes, counts: counts, sum: sum)
    }
}
