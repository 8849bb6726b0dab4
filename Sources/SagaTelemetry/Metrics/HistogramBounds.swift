import CSagascope

/// The bucket bounds of one histogram, padded with +Inf to a power of two so that the search has no branch to mispredict.
///
/// Immortal and immutable after `init`: a histogram's series live as long as the process.
@frozen public struct HistogramBounds: @unchecked Sendable {
    // Unchecked: the memory is written before the value exists outside `init`, and never again.
    /// As `sgs_order` has them.
    @usableFromInline let table: UnsafePointer<Int64>
    /// Bounds in the table, a power of two.
    @usableFromInline let size: UInt32
    /// One more than there are bounds.
    public let bucketCount: UInt32

    init(_ bounds: [Double]) {
        var size = 1
        while size < bounds.count + 1 { size *= 2 }
        let memory = UnsafeMutablePointer<Int64>.allocate(capacity: size)
        memory.initialize(repeating: sgs_order(.infinity), count: size)
        for (index, bound) in bounds.enumerated() { memory[index] = sgs_order(bound) }
        table = UnsafePointer(memory)
        self.size = UInt32(size)
        bucketCount = UInt32(bounds.count + 1)
    }
}
