import CSagascope
import Synchronization

/// One metric with all its series: where each of them counts.
final class InstrumentFamily: Sendable {
    /// What a series counts in.
    enum Layout: Sendable {
        case counter
        case upDownCounter
        case gauge
        case histogram(HistogramBounds)
        case exponential(sgs_exponential_limits)

        var cellCount: UInt32 {
            switch self {
            case .counter: SGS_COUNTER_CELLS
            case .upDownCounter: 1
            case .gauge: 0
            case .histogram(let bounds): sgs_histogram_cells(bounds.bucketCount)
            // A pointer to the thread's share.
            case .exponential: 1
            }
        }
    }

    let layout: Layout
    let exemplars: ExemplarReservoir
    private let attributes: MetricView.AttributeFilter?
    /// Taken before there is a series, so that the total stays right when the process runs out of cells.
    private let overflowCell: UInt32
    private let state = Mutex(State())

    private struct State {
        var series = SeriesTable<Attributes>()
        /// The first cell of each series; of none for gauges.
        var cells: [UInt32] = []
        /// One for each series of a gauge; else none.
        var gauges: [BoundGauge] = []
    }

    /// - Returns: nil when all cells of the process are taken.
    init?(_ layout: Layout, attributes: MetricView.AttributeFilter?, exemplars: ExemplarFilter) {
        guard let overflow = Self.reserve(layout) else { return nil }
        overflowCell = overflow
        self.layout = layout
        self.attributes = attributes
        self.exemplars = ExemplarReservoir(exemplars)
        // Bound instruments refer to it without counting, and live as long as anybody keeps them.
        _ = Unmanaged.passRetained(self.exemplars)
    }

    private static func reserve(_ layout: Layout) -> UInt32? {
        let first = sgs_cells_reserve(UInt64(layout.cellCount))
        return first < 0 ? nil : UInt32(first)
    }

    // MARK: binding

    struct Binding {
        let series: UInt32
        let cell: UInt32
        let isOverflow: Bool
    }

    /// - Parameter limit: how many series may count for themselves.
    func bind(_ attributes: Attributes, limit: Int) -> Binding {
        let kept = attributes.filtered(by: self.attributes)
        return state.withLock { state in
            let (series, isOverflow) = number(of: kept, limit, in: &state)
            return Binding(series: UInt32(series), cell: state.cells[series], isOverflow: isOverflow)
        }
    }

    func gauge(_ attributes: Attributes, limit: Int) -> (gauge: BoundGauge, isOverflow: Bool) {
        let kept = attributes.filtered(by: self.attributes)
        return state.withLock { state in
            let (series, isOverflow) = number(of: kept, limit, in: &state)
            return (state.gauges[series], isOverflow)
        }
    }

    private func number(of attributes: Attributes, _ limit: Int, in state: inout State) -> (Int, isOverflow: Bool) {
        // The cell for a new series first: without one, the series does not come into being.
        let cell = state.series.isNew(attributes, limit: limit) ? Self.reserve(layout) : nil
        switch state.series.place(of: attributes, limit: cell == nil ? 0 : limit) {
        case .known(let number): return (number, false)
        case .overflow(let number): return (number, true)
        case .new(let number):
            add(cell ?? overflowCell, to: &state)
            return (number, false)
        case .firstOverflow(let number):
            add(overflowCell, to: &state)
            return (number, true)
        }
    }

    private func add(_ cell: UInt32, to state: inout State) {
        if case .gauge = layout { state.gauges.append(BoundGauge()) }
        state.cells.append(cell)
    }

    // MARK: collection

    func read() -> (attributes: [Attributes], points: MetricSnapshot.Points) {
        let (attributes, cells, gauges) = state.withLock { ($0.series.keys, $0.cells, $0.gauges) }
        let points: MetricSnapshot.Points =
            switch layout {
            case .counter, .upDownCounter: .numbers(CellReading.sums(cells))
            case .gauge: .numbers(CellReading.values(gauges))
            case .histogram(let bounds): .histograms(CellReading.histograms(cells, Int(bounds.bucketCount)))
            case .exponential(let limits): .exponential(CellReading.exponentialHistograms(cells, limits))
            }
        return (attributes, points)
    }
}
