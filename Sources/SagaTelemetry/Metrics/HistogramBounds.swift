/// The bucket bounds of one histogram, padded with +Inf to a power of two so that the search has no branch to mispredict.
///
/// Immortal and immutable after `init`: a histogram's series live as long as the process.
@frozen public struct HistogramBounds: @unchecked Sendable {
    // Unchecked: the memory is written before the value exists outside `init`, and never again.
    @usableFromInline let table: UnsafePointer<Double>
    /// A power of two: half the table, where the search begins.
    @usableFromInline let half: Int
    /// One more than there are bounds.
    public let bucketCount: UInt64

    init(_ bounds: [Double]) {
        var size = 1
        while size < bounds.count + 1 { size *= 2 }
        let memory = UnsafeMutablePointer<Double>.allocate(capacity: size)
        memory.initialize(repeating: .infinity, count: size)
        for (index, bound) in bounds.enumerated() { memory[index] = bound }
        table = UnsafePointer(memory)
        half = size / 2
        bucketCount = UInt64(bounds.count + 1)
    }

    /// The bucket that `value` falls into: the first whose bound is not below it. NaN goes into the last.
    @inlinable @inline(__always) func bucket(of value: Double) -> Int {
        var index = 0
        var step = half
        while step > 0 {
            // `!(value <= bound)` rather than `value > bound`, so that NaN moves right.
            index &+= value <= table[index &+ step &- 1] ? 0 : step
            step >>= 1
        }
        return Int(truncatingIfNeeded: min(UInt64(truncatingIfNeeded: index), bucketCount &- 1))
    }
}
