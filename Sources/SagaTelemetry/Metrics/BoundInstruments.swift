public import CSagascope
import Synchronization

// Bound instruments: one series each. Counters and histograms add to a cell that belongs to the calling thread, so threads
// never share a cache line; collection sums the cells.

/// Counts up. 16 bytes; copy it freely, bind it once.
@frozen public struct BoundCounter: Sendable {
    @usableFromInline let cell: UInt32
    @usableFromInline let series: UInt32
    /// Immortal, as the cells are.
    @usableFromInline let exemplars: Unmanaged<ExemplarReservoir>

    init(cell: UInt32, series: UInt32, exemplars: ExemplarReservoir) {
        self.cell = cell
        self.series = series
        self.exemplars = .passUnretained(exemplars)
    }

    /// - Parameter amount: must not be negative; a negative amount is ignored, and counted in
    ///   ``MetricCatalogue/measurementIgnored``, since a counter that falls is no counter.
    @inlinable @inline(__always) public func add(_ amount: Int = 1) {
        guard amount > 0 else { return addNothing(amount) }
        if sgs_counter_add(cell, UInt64(bitPattern: Int64(amount))) == 0 { addAndOffer(amount) }
    }

    @usableFromInline @inline(never) func addNothing(_ amount: Int) {
        if amount < 0 { IgnoredMeasurements.negative.add() }
    }

    @usableFromInline @inline(never) func addAndOffer(_ amount: Int) {
        sgs_cell_add(cell, UInt64(bitPattern: Int64(amount)))
        exemplars._withUnsafeGuaranteedRef { exemplars in
            sgs_cell_offered(cell, exemplars.gap(after: sgs_cell_own(cell)))
            exemplars.offer(.int(Int64(amount)), series: series, slot: 0)
        }
    }
}

/// Counts up and down: what is open, queued, in flight.
@frozen public struct BoundUpDownCounter: Sendable {
    @usableFromInline let cell: UInt32

    @inlinable @inline(__always) public func add(_ amount: Int = 1) {
        sgs_cell_add(cell, UInt64(bitPattern: Int64(amount)))
    }

    @inlinable @inline(__always) public func subtract(_ amount: Int = 1) { add(-amount) }
}

/// Holds the last value set, by any thread.
public final class BoundGauge: Sendable {
    init() {}

    private let bits = Atomic<UInt64>(0)
    private let isSet = Atomic<Bool>(false)

    public func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
        isSet.store(true, ordering: .releasing)
    }

    /// nil before the first `set`: what was never measured is not zero.
    var value: Double? { isSet.load(ordering: .acquiring) ? Double(bitPattern: bits.load(ordering: .relaxed)) : nil }
}
