public import CSagascope
import Synchronization

// Bound instruments: one series each. Counters and histograms add to a cell that belongs to the calling thread, so threads
// never share a cache line; collection sums the cells.

/// Counts up. 16 bytes; copy it freely, bind it once.
@frozen public struct BoundCounter: Sendable {
    @usableFromInline let cell: UInt32

    @inlinable init(cell: UInt32) { self.cell = cell }

    /// - Parameter amount: must not be negative; a negative amount is ignored, since a counter that falls is no counter.
    @inlinable @inline(__always) public func add(_ amount: Int = 1) {
        guard amount > 0 else { return }
        sgs_cell_add(UInt64(cell), UInt64(bitPattern: Int64(amount)))
    }
}

/// Counts up and down: what is open, queued, in flight.
@frozen public struct BoundUpDownCounter: Sendable {
    @usableFromInline let cell: UInt32

    @inlinable init(cell: UInt32) { self.cell = cell }

    @inlinable @inline(__always) public func add(_ amount: Int = 1) {
        sgs_cell_add(UInt64(cell), UInt64(bitPattern: Int64(amount)))
    }

    @inlinable @inline(__always) public func subtract(_ amount: Int = 1) { add(-amount) }
}

/// Counts measurements per bucket and sums them.
@frozen public struct BoundHistogram: Sendable {
    @usableFromInline let cell: UInt32
    @usableFromInline let bounds: HistogramBounds

    @inlinable init(cell: UInt32, bounds: HistogramBounds) {
        self.cell = cell
        self.bounds = bounds
    }

    /// - Parameter value: in the metric's unit. NaN is counted in the last bucket and left out of the sum.
    @inlinable @inline(__always) public func record(_ value: Double) {
        let index = bounds.bucket(of: value)
        let sum = value.isNaN ? 0 : value
        let first = UInt64(cell)
        sgs_cell_record(first &+ UInt64(truncatingIfNeeded: index), first &+ bounds.bucketCount, sum)
    }

    /// Records a duration in seconds.
    @inlinable public func record(nanoseconds: UInt64) { record(Double(nanoseconds) * 1e-9) }
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
