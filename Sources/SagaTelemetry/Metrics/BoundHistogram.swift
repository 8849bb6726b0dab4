public import CSagascope

/// Counts measurements per bucket and sums them. 40 bytes; copy it freely, bind it once.
@frozen public struct BoundHistogram: Sendable {
    @usableFromInline let cell: UInt32
    @usableFromInline let series: UInt32
    /// Immortal, as the cells are.
    @usableFromInline let exemplars: Unmanaged<ExemplarReservoir>
    /// nil: the buckets are exponential, within ``limits``.
    @usableFromInline let bounds: HistogramBounds?
    @usableFromInline let limits: sgs_exponential_limits

    init(
        cell: UInt32, series: UInt32, exemplars: ExemplarReservoir, bounds: HistogramBounds?,
        limits: sgs_exponential_limits = sgs_exponential_limits()
    ) {
        self.cell = cell
        self.series = series
        self.exemplars = .passUnretained(exemplars)
        self.bounds = bounds
        self.limits = limits
    }

    /// - Parameter value: in the metric's unit.
    ///
    /// Infinities are counted in the outermost buckets and NaN in the last one, and all three are left out of the sum, the
    /// minimum and the maximum. Exponential buckets hold none of them: there they are counted in
    /// ``MetricCatalogue/measurementIgnored`` instead.
    @inlinable @inline(__always) public func record(_ value: Double) {
        if let bounds {
            if sgs_histogram_record(cell, bounds.table, bounds.size, value) == 0 { recordRarely(value, bounds) }
        } else {
            let result = sgs_exponential_record(cell, limits, value)
            if result != 0 { finishExponential(value, result) }
        }
    }

    /// Records a duration in seconds.
    @inlinable public func record(nanoseconds: UInt64) { record(Double(nanoseconds) * 1e-9) }

    /// Records a value that is an extreme, or negative, or not finite, or may become an exemplar.
    @usableFromInline @inline(never) func recordRarely(_ value: Double, _ bounds: HistogramBounds) {
        let place = sgs_histogram_record_slowly(cell, bounds.table, bounds.size, bounds.bucketCount, value)
        guard place.is_due != 0 else { return }
        let count = sgs_histogram_count_cell(cell, UInt64(place.bucket))
        exemplars._withUnsafeGuaranteedRef { exemplars in
            sgs_cell_offered(count, exemplars.gap(after: sgs_cell_own(count)))
            exemplars.offer(.double(value), series: series, slot: place.bucket)
        }
    }

    /// What came of a measurement that was not just counted in a bucket that holds others.
    @usableFromInline @inline(never) func finishExponential(_ value: Double, _ result: Int32) {
        switch Int(result) {
        case Int(SGS_EXPONENTIAL_OFFER):
            exemplars._withUnsafeGuaranteedRef { exemplars in
                sgs_exponential_offered(cell, exemplars.gap(after: sgs_exponential_own(cell)))
                exemplars.offer(.double(value), series: series, slot: Self.exemplarSlot(of: value))
            }
        case Int(SGS_EXPONENTIAL_NOT_FINITE): IgnoredMeasurements.notFinite.add()
        default: IgnoredMeasurements.noMemory.add()
        }
    }

    /// A series of exponential buckets keeps up to 20 exemplars, as the specification has it: of each magnitude the last one.
    private static func exemplarSlot(of value: Double) -> UInt32 {
        value == 0 ? 0 : UInt32(truncatingIfNeeded: (value.exponent % 19 + 19) % 19) + 1
    }
}
