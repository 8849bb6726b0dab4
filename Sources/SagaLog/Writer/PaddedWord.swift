import Synchronization

/// An atomic word that shares its cache line with nothing, nor the line beside it, which processors fetch along.
struct PaddedWord: @unchecked Sendable {
    // Unchecked: the pointer never changes and is freed by the one who owns the word; the word itself is atomic.
    private let word: UnsafeMutablePointer<Atomic<UInt64>>

    init(_ value: UInt64 = 0) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
        word = memory.bindMemory(to: Atomic<UInt64>.self, capacity: 1)
        word.initialize(to: Atomic(value))
    }

    func deallocate() { UnsafeMutableRawPointer(word).deallocate() }

    /// For futexes: the low half of the word.
    var address: UnsafeMutableRawPointer { UnsafeMutableRawPointer(word) }

    @inline(__always) var relaxed: UInt64 { word.pointee.load(ordering: .relaxed) }
    @inline(__always) var acquired: UInt64 { word.pointee.load(ordering: .acquiring) }
    @inline(__always) var ordered: UInt64 { word.pointee.load(ordering: .sequentiallyConsistent) }

    @inline(__always) func store(_ value: UInt64) { word.pointee.store(value, ordering: .sequentiallyConsistent) }
    @inline(__always) func storeRelaxed(_ value: UInt64) { word.pointee.store(value, ordering: .relaxed) }
    @inline(__always) func add(_ value: UInt64) { word.pointee.add(value, ordering: .sequentiallyConsistent) }
    @inline(__always) func exchange(_ value: UInt64) -> UInt64 {
        word.pointee.exchange(value, ordering: .sequentiallyConsistent)
    }

    @inline(__always) func weakExchange(_ expected: inout UInt64, to desired: UInt64) -> Bool {
        let (exchanged, original) = word.pointee.weakCompareExchange(
            expected: expected, desired: desired, ordering: .sequentiallyConsistent)
        expected = original
        return exchanged
    }
}
