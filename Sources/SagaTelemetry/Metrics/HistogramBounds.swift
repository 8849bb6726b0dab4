/// The bucket bounds of one histogram, padded with +Inf to a power of two so that the search has no branch to mispredict.
///
/// Immortal and immutable after `init`: a histogram's series live as long as the process.
@frozen public struct HistogramBounds: @unchecked Sendable {
    // Unchecked: the memory is written before the value exists outside `init`, and never again.
    @usableFromInline let table: UnsafePointer<Double>
    /// How many times the table can be halved: the steps of the search.
    @usableFromInline let steps: Int
    /// One more than there are bounds.
    public let bucketCount: UInt64

    init(_ bounds: [Double]) {
        var size = 1
        while size < bounds.count + 1 { size *= 2 }
        let memory = UnsafeMutablePointer<Double>.allocate(capacity: size)
        memory.initialize(repeating: .infinity, count: size)
        for (index, bound) in bounds.enumerated() { memory[index] = bound }
        table = UnsafePointer(memory)
        steps = size.trailingZeroBitCount
        bucketCount = UInt64(bounds.count + 1)
    }

    /// The bucket that `value` falls into: the first whose bound is not below it. NaN goes into the last.
    @inlinable @inline(__always) func bucket(of value: Double) -> Int {
        var index = 0
        var shift = steps &- 1
        while shift >= 0 {
            // `!(value <= bound)` rather than `value > bound`, so that NaN moves right; shifted rather than chosen, so that
            // the compiler makes no branch of it.
            let isRight = value <= table[index &+ (1 &<< shift) &- 1] ? 0 : 1
            index &+= isRight &<< shift
            shift &-= 1
        }
        return Int(truncatingIfNeeded: min(UInt64(truncatingIfNeeded: index), bucketCount &- 1))
    }
}
