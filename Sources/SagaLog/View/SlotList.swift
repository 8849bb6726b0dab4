import Synchronization

/// The numbers 0 to `capacity` − 1, each free or somebody's. Any thread takes and gives back; nobody waits.
///
/// Those given back are a stack: `top` counts its changes in the upper half, so that a stack that is the same again is told
/// from one that never changed.
final class SlotList: @unchecked Sendable {
    private let capacity: UInt32
    /// How many were ever taken; beyond it are those that never were.
    private let fresh = Atomic<UInt32>(0)
    private let top: Atomic<UInt64>
    /// Of a free number, the next one below it. Read also by a thread that comes too late, hence atomic.
    private let below: UnsafeMutablePointer<Atomic<UInt32>>
    private static let none = UInt32.max

    init(capacity: Int) {
        self.capacity = UInt32(capacity)
        top = Atomic(UInt64(Self.none))
        below = .allocate(capacity: capacity)
        for index in 0..<capacity { (below + index).initialize(to: Atomic(Self.none)) }
    }

    deinit {
        below.deinitialize(count: Int(capacity))
        below.deallocate()
    }

    /// Numbers from this one on were never taken.
    var bound: UInt32 { fresh.load(ordering: .relaxed) }

    func take() -> UInt32? {
        var seen = top.load(ordering: .acquiring)
        while UInt32(truncatingIfNeeded: seen) != Self.none {
            let number = UInt32(truncatingIfNeeded: seen)
            let next = below[Int(number)].load(ordering: .relaxed)
            let (isTaken, now) = top.weakCompareExchange(
                expected: seen, desired: Self.changed(seen, top: next), ordering: .acquiringAndReleasing)
            if isTaken { return number }
            seen = now
        }
        var count = fresh.load(ordering: .relaxed)
        while count < capacity {
            let (isTaken, now) = fresh.weakCompareExchange(
                expected: count, desired: count + 1, ordering: .relaxed)
            if isTaken { return count }
            count = now
        }
        return nil
    }

    /// - Parameter number: the caller's, and no longer.
    func giveBack(_ number: UInt32) {
        var seen = top.load(ordering: .relaxed)
        while true {
            below[Int(number)].store(UInt32(truncatingIfNeeded: seen), ordering: .relaxed)
            let (isGiven, now) = top.weakCompareExchange(
                expected: seen, desired: Self.changed(seen, top: number), ordering: .acquiringAndReleasing)
            if isGiven { return }
            seen = now
        }
    }

    private static func changed(_ seen: UInt64, top: UInt32) -> UInt64 { ((seen >> 32) &+ 1) << 32 | UInt64(top) }
}
