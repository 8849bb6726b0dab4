import CSagascope
import CoreMetrics
import Logging
import Synchronization

/// A series that only grows: `Counter` and `FloatingPointCounter` of one label and dimensions are the same one.
///
/// An increment adds to a cell of the calling thread. What is rare is kept beside the cells: where they stood when the
/// counter was last reset, and increments so large that the cells might overflow.
final class SumHandler: CounterHandler, FloatingPointCounterHandler, ObservedHandler {
    let label: String
    let attributes: Attributes
    /// Whole increments; the cell after it holds fractional ones, as a double.
    private let cell: UInt32
    private let rest: Mutex<Rest>
    private let hasRefused = Atomic<Bool>(false)

    private struct Rest {
        var wholeBase: UInt64
        var fractionBase: Double
        var large: Int64 = 0
        var isFloating = false

        init(_ cell: UInt32) {
            wholeBase = sgs_cell_sum(cell)
            fractionBase = sgs_cell_sum_double(cell + 1)
        }
    }

    init(label: String, attributes: Attributes) {
        self.label = label
        self.attributes = attributes
        let cell = CellPairs.take()
        self.cell = cell
        rest = Mutex(Rest(cell))
    }

    var isExported: Bool { cell != CellPairs.none }

    /// Nobody can increment it any more, so another counter may have its cells.
    deinit { CellPairs.giveBack(cell) }

    /// Below it, an increment goes into the cells: 2^24 of them would be needed to overflow one.
    private static let largeAmount: UInt64 = 1 << 40

    func increment(by amount: Int64) {
        guard UInt64(bitPattern: amount) < Self.largeAmount else { return incrementRarely(by: amount) }
        sgs_cell_add(cell, UInt64(bitPattern: amount))
    }

    func increment(by amount: Double) {
        guard amount >= 0, amount < .infinity else {
            return refuse("\(amount)", amount.isFinite ? .negative : .notFinite)
        }
        sgs_cell_add_double(cell + 1, amount)
    }

    /// The value stays at the greatest integer instead of overflowing.
    private func incrementRarely(by amount: Int64) {
        guard amount > 0 else { return refuse("\(amount)", .negative) }
        rest.withLock { $0.large = $0.large.addingOrMaximum(amount) }
    }

    private func refuse(_ amount: String, _ ignored: IgnoredMeasurements) {
        ignored.add()
        guard !hasRefused.exchange(true, ordering: .relaxed) else { return }
        Diagnostics.logger.warning(
            """
            counter \(label): the increment by \(amount) was ignored, since a counter only grows, by finite amounts; \
            further ones are only counted. Use a Meter for what falls
            """)
    }

    /// Back to zero. Increments of other threads at the same moment count before or after it, never half.
    func reset() {
        rest.withLock { rest in
            let isFloating = rest.isFloating
            rest = Rest(cell)
            rest.isFloating = isFloating
        }
    }

    /// Fractions were asked for: the value is a double from now on.
    func becomeFloating() { rest.withLock { $0.isFloating = true } }

    var value: NumberPoint.Value? {
        guard isExported else { return nil }
        return rest.withLock { rest in
            let whole = Int64(clamping: sgs_cell_sum(cell) &- rest.wholeBase).addingOrMaximum(rest.large)
            guard rest.isFloating else { return .int(whole) }
            let fraction = sgs_cell_sum_double(cell + 1) - rest.fractionBase
            return .double(min(Double(whole) + fraction, .greatestFiniteMagnitude))
        }
    }
}

/// Two cells for each counter, taken again when a counter is gone.
private enum CellPairs {
    /// The first of the cells that nobody reads.
    static let none: UInt32 = 0

    private static let free = Mutex<[UInt32]>([])

    static func take() -> UInt32 {
        if let pair = free.withLock({ $0.popLast() }) { return pair }
        let first = sgs_cells_reserve(2)
        return first < 0 ? none : UInt32(first)
    }

    static func giveBack(_ pair: UInt32) {
        guard pair != none else { return }
        free.withLock { $0.append(pair) }
    }
}

extension Int64 {
    fileprivate func addingOrMaximum(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
