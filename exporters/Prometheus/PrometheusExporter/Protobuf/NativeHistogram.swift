import SagaTelemetry

/// An exponential histogram as Prometheus has it.
struct NativeHistogram: Equatable {
    /// What Prometheus knows of OpenTelemetry's scales.
    static let schemas: ClosedRange<Int32> = -4...8
    /// Prometheus' width of the zero bucket where none was given. Above zero, since this is what makes a histogram native.
    static let defaultZeroThreshold = 1e-128

    let schema: Int32
    let zeroThreshold: Double
    let zeroCount: UInt64
    let positive: NativeBuckets
    let negative: NativeBuckets

    /// Buckets finer than the finest schema are merged, exactly: each bound of a coarser scale is one of a finer scale too.
    ///
    /// - Returns: nil when the buckets are coarser than the coarsest schema.
    init?(_ point: ExponentialHistogramPoint) {
        schema = min(point.scale, Self.schemas.upperBound)
        let halvings = Int(point.scale) - Int(schema)
        guard Self.schemas.contains(schema),
            let positive = NativeBuckets(point.positive, halvings: halvings),
            let negative = NativeBuckets(point.negative, halvings: halvings)
        else { return nil }
        self.positive = positive
        self.negative = negative
        zeroThreshold = point.zeroThreshold > 0 ? point.zeroThreshold : Self.defaultZeroThreshold
        zeroCount = point.zeroCount
    }
}
