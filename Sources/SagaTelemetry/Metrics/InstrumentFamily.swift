import CSagascope
import Synchronization

/// One metric with all its series: what a descriptor becomes in a registry.
///
/// Binding a set of attributes looks it up or makes a new series, in O(1). Past the cardinality limit every further set
/// shares one, marked `otel.metric.overflow`: a label that never repeats costs a bounded amount of memory.
final class InstrumentFamily: Sendable {
    let descriptor: MetricDescriptor
    let bounds: HistogramBounds
    private let state = Mutex(State())

    static let overflow: Attributes = ["otel.metric.overflow": true]

    private struct State {
        var series = SeriesTable<Attributes>()
        /// The first cell of each series; of none for gauges.
        var cells: [UInt32] = []
        /// One for each series of a gauge; else none.
        var gauges: [BoundGauge] = []
        var overflow: Int?
    }

    init(_ descriptor: MetricDescriptor) {
        self.descriptor = descriptor
        bounds = HistogramBounds(descriptor.bounds)
    }

    // MARK: binding

    /// The first cell of a series; nil when all cells of a thread are taken.
    func cell(_ attributes: Attributes, limit: Int) -> UInt32? {
        state.withLock { state in
            number(of: attributes, limit, in: &state).map { state.cells[$0] }
        }
    }

    func gauge(_ attributes: Attributes, limit: Int) -> BoundGauge {
        state.withLock { state in
            number(of: attributes, limit, in: &state).map { state.gauges[$0] } ?? BoundGauge()
        }
    }

    private func number(of attributes: Attributes, _ limit: Int, in state: inout State) -> Int? {
        if let known = state.series.number(of: attributes) { return known }
        let ordinary = state.series.count - (state.overflow == nil ? 0 : 1)
        if ordinary < limit, let added = add(attributes, to: &state) { return added }
        if state.overflow == nil { state.overflow = add(Self.overflow, to: &state) }
        return state.overflow
    }

    private func add(_ attributes: Attributes, to state: inout State) -> Int? {
        switch descriptor.kind {
        case .gauge:
            state.gauges.append(BoundGauge())
        case .counter, .upDownCounter, .histogram:
            let first = sgs_cells_reserve(cellCount)
            guard first >= 0 else { return nil }
            state.cells.append(UInt32(first))
        }
        return state.series.add(attributes)
    }

    /// A series' cells: one for a sum; one a bucket and one for the sum of a histogram.
    private var cellCount: UInt64 {
        if case .histogram = descriptor.kind { bounds.bucketCount + 1 } else { 1 }
    }

    // MARK: collection

    func read() -> (attributes: [Attributes], points: MetricSnapshot.Points) {
        let (attributes, cells, gauges) = state.withLock { ($0.series.keys, $0.cells, $0.gauges) }
        let points: MetricSnapshot.Points =
            switch descriptor.kind {
            case .gauge: .numbers(Self.points(gauges))
            case .histogram: .histograms(cells.enumerated().map { histogramPoint($0, UInt64($1)) })
            case .counter, .upDownCounter: .numbers(Self.points(cells))
            }
        return (attributes, points)
    }

    private static func points(_ gauges: [BoundGauge]) -> [NumberPoint] {
        gauges.indices.compactMap { series in
            gauges[series].value.map { NumberPoint(series: series, value: .double($0)) }
        }
    }

    private static func points(_ cells: [UInt32]) -> [NumberPoint] {
        let sums = [UInt64](unsafeUninitializedCapacity: cells.count) { sums, count in
            sgs_cells_sum(cells, UInt64(cells.count), sums.baseAddress)
            count = cells.count
        }
        return [NumberPoint](unsafeUninitializedCapacity: sums.count) { points, count in
            for series in sums.indices {
                let value = NumberPoint.Value.int(Int64(bitPattern: sums[series]))
                points.initializeElement(at: series, to: NumberPoint(series: series, value: value))
            }
            count = sums.count
        }
    }

    private func histogramPoint(_ series: Int, _ first: UInt64) -> HistogramPoint {
        let counts = (0..<bounds.bucketCount).map { sgs_cell_sum(first + $0) }
        return HistogramPoint(series: series, counts: counts, sum: sgs_cell_sum_double(first + bounds.bucketCount))
    }
}
