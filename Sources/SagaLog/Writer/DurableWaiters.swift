import Synchronization

/// Tasks that wait for a record to be durable.
///
/// A waiter puts its continuation, which is one word, into a ring at the place of its LSN; the flusher looks through the places
/// of a group that it has synced. No lock, no memory. What has no place there, because somebody else waits for the same record
/// or the record is not there yet, stands in a list under a lock, which the flusher opens only when it is due.
final class DurableWaiters: Sendable {
    typealias Waiter = UnsafeContinuation<Waking, Never>

    /// Waiters that a resumed one shall resume in its turn: `count` places from `first` on.
    struct Waking {
        var first: UInt64 = 0
        var count: UInt64 = 0
    }

    /// More than are ever in flight: the groups of all buffers.
    private static let places = UInt64(CommitQueue.buffers * RecordFormat.maximumGroup)

    private let ring: Ring
    private let late = Mutex<[Late]>([])
    private let nextID = Atomic<UInt64>(1)
    /// The least LSN in the list, or more than there is.
    private let leastLate = PaddedWord(.max)
    private let lastDurable = PaddedWord()
    /// The same, or more than there is once nobody shall wait any more.
    private let reached = PaddedWord()

    private struct Late {
        let lsn: UInt64
        /// Of one whose task may be cancelled, else 0.
        let id: UInt64
        let waiter: Waiter
    }

    private struct Ring: @unchecked Sendable {
        // Unchecked: freed with the class, whose users have all gone then; each place is atomic.
        let places: UnsafeMutablePointer<Atomic<UInt>>
    }

    init(durable: UInt64) {
        let places = UnsafeMutablePointer<Atomic<UInt>>.allocate(capacity: Int(Self.places))
        for index in 0..<Int(Self.places) { (places + index).initialize(to: Atomic(0)) }
        ring = Ring(places: places)
        lastDurable.store(durable)
        reached.store(durable)
    }

    deinit {
        ring.places.deallocate()
        leastLate.deallocate()
        lastDurable.deallocate()
        reached.deallocate()
    }

    /// Goes on where its caller runs, and there resumes others that wait: not for actors, who may be busy with something else
    /// for long.
    ///
    /// - Parameters:
    ///   - isReserved: whether the record has its place in the log already.
    ///   - suspended: called when the task has to wait.
    nonisolated(nonsending) func wait(for lsn: UInt64, isReserved: Bool, suspended: () -> Void) async {
        let waking = await withUnsafeContinuation { (waiter: Waiter) in
            if isReserved { register(waiter, for: lsn) } else { registerLate(waiter, for: lsn) }
            suspended()
        }
        if waking.count > 0 { resume(from: waking.first, count: waking.count) }
    }

    /// The same by way of the pool, where others are resumed.
    @concurrent func waitOnPool(for lsn: UInt64, isReserved: Bool, suspended: () -> Void) async {
        await wait(for: lsn, isReserved: isReserved, suspended: suspended)
    }

    private func register(_ waiter: Waiter, for lsn: UInt64) {
        let place = place(lsn)
        let other = place.pointee.exchange(unsafeBitCast(waiter, to: UInt.self), ordering: .sequentiallyConsistent)
        // Somebody else waits for it too.
        if other != 0 { registerLate(unsafeBitCast(other, to: Waiter.self), for: lsn) }
        // It became durable meanwhile, and the flusher has looked here already.
        guard reached.ordered >= lsn else { return }
        let own = place.pointee.exchange(0, ordering: .sequentiallyConsistent)
        if own != 0 { unsafeBitCast(own, to: Waiter.self).resume(returning: Waking()) }
    }

    /// As ``wait(for:isReserved:suspended:)`` for a record that may not come, so that a task's cancellation ends it too.
    func waitCancellably(for lsn: UInt64) async {
        let id = nextID.add(1, ordering: .relaxed).oldValue
        _ = await withTaskCancellationHandler {
            await withUnsafeContinuation { (waiter: Waiter) in
                registerLate(waiter, for: lsn, id: id)
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: UInt64) {
        let cancelled = late.withLock { late in
            late.firstIndex { $0.id == id }.map { late.remove(at: $0) }
        }
        cancelled?.waiter.resume(returning: Waking())
    }

    private func registerLate(_ waiter: Waiter, for lsn: UInt64, id: UInt64 = 0) {
        late.withLock { late in
            late.append(Late(lsn: lsn, id: id, waiter: waiter))
            leastLate.store(min(leastLate.relaxed, lsn))
        }
        if reached.ordered >= lsn { resumeLate() }
    }

    // MARK: the flusher's side

    /// What is up to here is durable.
    func reach(_ lsn: UInt64) {
        lastDurable.store(lsn)
        reached.store(lsn)
    }

    var durable: UInt64 { lastDurable.acquired }

    /// Wakes who waits for one of these records: all of them, or two who wake the others, so that the flusher can go on.
    func wake(first: UInt64, count: UInt64) {
        if count < 8 {
            resume(from: first, count: count)
        } else {
            let half = count / 2
            resumeFirst(from: first, count: half)
            resumeFirst(from: first &+ half, count: count - half)
        }
        if leastLate.ordered <= reached.relaxed { resumeLate() }
    }

    /// As ``wake(first:count:)``, one after the other on this thread.
    func wakeHere(first: UInt64, count: UInt64) {
        resume(from: first, count: count)
        if leastLate.ordered <= reached.relaxed { resumeLate() }
    }

    /// Nobody shall wait any more, whatever has become of the records.
    func giveUp() {
        // Whoever registers from here on finds it reached.
        reached.store(.max)
        resume(from: 0, count: Self.places)
        resumeLate()
    }

    private func resume(from first: UInt64, count: UInt64) {
        for lsn in first..<first &+ count { take(lsn)?.resume(returning: Waking()) }
    }

    private func resumeFirst(from first: UInt64, count: UInt64) {
        let end = first &+ count
        for lsn in first..<end {
            guard let waiter = take(lsn) else { continue }
            waiter.resume(returning: Waking(first: lsn &+ 1, count: end - lsn - 1))
            return
        }
    }

    private func take(_ lsn: UInt64) -> Waiter? {
        let place = place(lsn)
        guard place.pointee.load(ordering: .sequentiallyConsistent) != 0 else { return nil }
        let waiter = place.pointee.exchange(0, ordering: .sequentiallyConsistent)
        return waiter == 0 ? nil : unsafeBitCast(waiter, to: Waiter.self)
    }

    private func resumeLate() {
        let due = late.withLock { late in
            let reached = reached.ordered
            let due = late.filter { $0.lsn <= reached }
            late.removeAll { $0.lsn <= reached }
            leastLate.store(late.lazy.map(\.lsn).min() ?? .max)
            return due
        }
        for late in due { late.waiter.resume(returning: Waking()) }
    }

    @inline(__always) private func place(_ lsn: UInt64) -> UnsafeMutablePointer<Atomic<UInt>> {
        ring.places + Int(lsn % Self.places)
    }
}
