public import CSagascope

/// The bucket bounds of one histogram, padded with +Inf to a power of two so that the search has no branch to mispredict.
///
/// Immortal and immutable after `init`: a histogram's series live as long as the process.
@frozen public struct HistogramBounds: @unchecked Sendable {
    // Unchecked: the memory is written before the value exists outside `init`, and never again.
    @usableFromInline let table: UnsafePointer<Double>
    /// Bounds in the table, a power of two.
    @usableFromInline let size: UInt32
    /// One more than there are bounds.
    public let bucketCount: UInt32

    init(_ bounds: [Double]) {
        var size = 1
        while size < bounds.count + 1 { size *= 2 }
        let memory = UnsafeMutablePointer<Double>.allocate(capacity: size)
        memory.initialize(repeating: .infinity, count: size)
        for (index, bound) in bounds.enumerated() { memory[index] = bound }
        table = UnsafePointer(memory)
        self.size = UInt32(size)
        bucketCount = UInt32(bounds.count + 1)
    }

    /// The bucket that `value` falls into: the first whose bound is not below it. NaN goes into the last.
    @inlinable @inline(__always) func bucket(of value: Double) -> UInt32 {
        min(sgs_bucket(table, size, value), bucketCount &- 1)
    }
}
