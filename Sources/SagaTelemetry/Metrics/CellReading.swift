import CSagascope

/// What the cells of a metric's series hold over all threads, as points.
enum CellReading {
    static func sums(_ cells: [UInt32]) -> [NumberPoint] {
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

    /// Of gauges that were set.
    static func values(_ gauges: [BoundGauge]) -> [NumberPoint] {
        gauges.indices.compactMap { series in
            gauges[series].value.map { NumberPoint(series: series, value: .double($0)) }
        }
    }

    static func histograms(_ cells: [UInt32], _ buckets: Int) -> [HistogramPoint] {
        cells.indices.map { series in
            var total = sgs_histogram_total()
            let counts = [UInt64](unsafeUninitializedCapacity: buckets) { counts, count in
                total = sgs_histogram_sum(cells[series], UInt32(buckets), counts.baseAddress)
                count = buckets
            }
            let isMeasured = total.min <= total.max
            return HistogramPoint(
                series: series, counts: counts, sum: total.sum, min: isMeasured ? total.min : nil,
                max: isMeasured ? total.max : nil)
        }
    }

    static func exponentialHistograms(
        _ cells: [UInt32], _ limits: sgs_exponential_limits
    ) -> [ExponentialHistogramPoint] {
        // Memory for one histogram, which is too large for the stack of a task to be sure of.
        let negative = UnsafeMutablePointer<sgs_exponential_side>.allocate(capacity: 1)
        let total = UnsafeMutablePointer<sgs_exponential>.allocate(capacity: 1)
        defer {
            negative.deallocate()
            total.deallocate()
        }
        return cells.indices.map { series in
            total.pointee.negative = negative
            // Without a share nothing was recorded, and the histogram is empty.
            sgs_exponential_read(cells[series], limits, total)
            let isMeasured = total.pointee.min <= total.pointee.max
            return ExponentialHistogramPoint(
                series: series, sum: total.pointee.sum, min: isMeasured ? total.pointee.min : nil,
                max: isMeasured ? total.pointee.max : nil, zeroCount: total.pointee.zeros, scale: total.pointee.scale,
                positive: buckets(sgs_exponential_positive(total)), negative: buckets(UnsafePointer(negative)))
        }
    }

    private static func buckets(_ side: UnsafePointer<sgs_exponential_side>) -> ExponentialHistogramPoint.Buckets {
        let (first, last) = (side.pointee.first, side.pointee.last)
        guard first <= last else { return ExponentialHistogramPoint.Buckets() }
        let start = sgs_exponential_counts(side) + Int(first - side.pointee.base)
        let counts = UnsafeBufferPointer(start: start, count: Int(last - first) + 1)
        return ExponentialHistogramPoint.Buckets(offset: first, counts: Array(counts))
    }
}
