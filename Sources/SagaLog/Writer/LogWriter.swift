internal import CSagascope
import Glibc
import SagaTelemetry
import Synchronization

/// Takes records, makes them durable in groups, and tells who waits.
///
/// One thread at a time flushes: the log's own, a task's that is alone, or the executor's that ran dry. Whoever does holds
/// `flushing`, and what only the flusher may touch belongs to it meanwhile.
final class LogWriter: Sendable {
    let queue: CommitQueue
    let waiters: DurableWaiters
    let sink: SegmentSink
    private let observer: any CommitObserver
    private let room = RoomWaiters()
    private let maximumDelay: UInt64

    private let flushing = PaddedWord()
    /// What the flusher's thread does: 0 is awake, else ``Sleep``.
    private let asleep = PaddedWord()
    /// Somebody waits for what is not durable yet.
    private let wanted = PaddedWord()
    /// Records of the last group.
    private let lastGroup = PaddedWord(1)
    private let isStopping = PaddedWord()
    /// Monotonic ns of the last time.
    private let clockSet = PaddedWord()
    private let stopped = Mutex<SagaLogError?>(nil)
    private let thread = Mutex<LogThread?>(nil)
    /// The executor whose thread flushes when it has nothing else to do.
    private let reactor = PaddedWord()

    private enum Sleep {
        /// Until the records that are there have waited long enough, or somebody waits for them.
        static let withRecords: UInt64 = 1
        /// Until there is a record.
        static let idle: UInt64 = 2
    }

    /// Who is told of each group, on the flushing thread.
    protocol CommitObserver: Sendable {
        /// The group is about to be written.
        func committing(_ group: borrowing CommitQueue.Group)
        func committed(_ group: borrowing CommitQueue.Group, syncNanoseconds: UInt64)
        /// Every second or so, when nobody else flushes.
        func beat()
        /// Now and then, on the log's own thread.
        func tick()
        /// Whether it wants to be called again soon.
        var isExpectingTick: Bool { get }
        func stopped(_ error: SagaLogError)
    }

    init(sink: SegmentSink, queue: CommitQueue, durable: UInt64, options: SagaLogOptions, observer: any CommitObserver)
    {
        self.sink = sink
        self.queue = queue
        self.observer = observer
        waiters = DurableWaiters(durable: durable)
        maximumDelay = UInt64(options.maximumDelay / .nanoseconds(1))
        sink.open(queue, base: durable &+ 1)
    }

    func start() throws(SagaLogError) {
        let started = try LogThread("saga-log") { [self] in run() }
        thread.withLock { $0 = started }
    }

    deinit {
        for word in [flushing, asleep, wanted, lastGroup, isStopping, clockSet, reactor] { word.deallocate() }
    }

    // MARK: appending

    /// - Returns: the record's LSN; nil when there is no room before the flusher has come on.
    @inline(__always) func tryAppend(
        _ entry: borrowing LogEntry, run: TraceID, mark: ViewMark, time: UInt64
    ) throws(SagaLogError) -> UInt64? {
        if sink.admission.relaxed != 0 { try admit(entry.kind) }
        let length = try RecordFormat.length(of: entry, limit: sink.maximumRecord)
        guard let place = queue.reserve(records: 1, bytes: length) else { return try noRoom() }
        RecordFormat.write(entry, run: run, time: time, to: place.bytes)
        queue.seal(place.bytes, length: length, index: 0, of: 1, in: place, mark: mark)
        queue.publish(place)
        return place.first
    }

    /// Records that were written with ``RecordFormat/write(_:run:time:to:)``, as one batch.
    /// - Returns: the LSN of the first; nil when there is no room before the flusher has come on.
    func tryAppend(_ frames: borrowing LogFrames) throws(SagaLogError) -> UInt64? {
        if sink.admission.relaxed != 0 { try frames.admit(admit) }
        guard frames.bytes.count <= queue.bufferBytes else {
            throw .tooLong(bytes: frames.bytes.count, limit: queue.bufferBytes)
        }
        guard frames.count <= RecordFormat.maximumGroup else {
            throw .batchTooLong(records: frames.count, limit: RecordFormat.maximumGroup)
        }
        guard let place = queue.reserve(records: frames.count, bytes: frames.bytes.count) else { return try noRoom() }
        frames.bytes.withUnsafeBytes { place.bytes.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        var offset = 0
        for index in 0..<frames.count {
            let length = frames.length(at: offset)
            queue.seal(
                place.bytes + offset, length: length, index: index, of: frames.count, in: place,
                mark: frames.marks[index])
            offset += length
        }
        queue.publish(place)
        return place.first
    }

    /// A record of the log itself.
    func tryAppendControl(_ entry: LogEntry) throws(SagaLogError) -> UInt64? {
        try tryAppend(entry, run: TraceID(high: 0, low: 0), mark: ViewMark(), time: sgs_unix_ns())
    }

    /// Appends a record of the log itself and makes it durable, on this thread: while the log is opened.
    func appendNow(_ entry: LogEntry) throws(SagaLogError) {
        while true {
            if let lsn = try tryAppendControl(entry) {
                while waiters.durable < lsn {
                    flush()
                    if let failure { throw failure }
                }
                return
            }
            // A segment is being made.
            flush()
            usleep(1000)
        }
    }

    /// Somebody has appended, to the log or a buffer, and does not wait: the flusher shall not sleep on it.
    @inline(__always) func noteAppended() {
        if asleep.ordered == Sleep.idle { wakeThread() }
    }

    /// Taken before ``tryAppend(_:)``, for the case that it finds no room.
    var ticket: CommitQueue.Ticket { queue.ticket }

    /// Returns when it is worth trying again.
    func awaitRoom(since ticket: CommitQueue.Ticket) async {
        await room.wait {
            wanted.store(1)
            wakeThread()
            return queue.ticket != ticket || failure != nil || sink.admission.ordered == Admission.nothing
        }
    }

    @inline(never) private func noRoom() throws(SagaLogError) -> UInt64? {
        if let failure { throw failure }
        return nil
    }

    private func admit(_ kind: LogRecordKind) throws(SagaLogError) {
        switch sink.admission.relaxed {
        case Admission.all: return
        case Admission.closing where kind.isClosing: return
        case Admission.closing: throw .outOfSpace(isReserveLeft: true)
        default:
            if let failure { throw failure }
            throw .outOfSpace(isReserveLeft: false)
        }
    }

    /// Why nothing more is taken.
    var failure: SagaLogError? { stopped.withLock(\.self) }

    // MARK: waiting

    /// Returns when the record is durable.
    nonisolated(nonsending) func durable(_ lsn: UInt64) async throws(SagaLogError) {
        if waiters.durable >= lsn { return }
        let isReserved = lsn <= queue.lastReserved
        // An actor has better things to do.
        if isActor(#isolation) {
            await waiters.waitOnPool(for: lsn, isReserved: isReserved) { call() }
        } else {
            // Alone, this thread is as good as the flusher's, and a hand-over is saved.
            if isAlone, flush(), waiters.durable >= lsn { return }
            await waiters.wait(for: lsn, isReserved: isReserved) { call() }
        }
        guard waiters.durable >= lsn else { throw failure ?? .closed }
    }

    /// Has the flusher look, if it is not this thread itself.
    private func call() {
        guard !isOnReactor else { return }
        wanted.store(1)
        if asleep.ordered != 0 { wakeThread() }
    }

    private var isAlone: Bool { lastGroup.relaxed <= 1 && !isOnReactor }

    /// A function of its own for the compiler's sake: 6.3.1 fails on the comparison in ``durable(_:)``.
    @inline(never) private func isActor(_ isolation: (any Actor)?) -> Bool { isolation != nil }

    // MARK: flushing

    /// Makes durable what is there, unless somebody else is at it.
    /// - Returns: whether there was something.
    @discardableResult @inline(never) func flush(wakingHere: Bool = false) -> Bool {
        guard flushing.relaxed == 0, flushing.exchange(1) == 0 else { return false }
        let hasFlushed = flushOwned(wakingHere: wakingHere)
        flushing.store(0)
        // Who came meanwhile may have counted on us.
        if asleep.ordered != 0, wanted.ordered != 0, !queue.isEmpty { wakeThread() }
        return hasFlushed
    }

    private func flushOwned(wakingHere: Bool) -> Bool {
        wanted.store(0)
        guard failure == nil else { return false }
        do throws(SagaLogError) {
            guard let group = queue.take(next: sink.target) else {
                if sink.openIfStalled(queue, base: waiters.durable &+ 1) { room.resume() }
                return false
            }
            sink.settle()
            room.resume()
            observer.committing(group)
            let syncing = sgs_monotonic_ns()
            followClock(now: syncing)
            try sink.commit(group)
            let elapsed = sgs_monotonic_ns() - syncing
            lastGroup.storeRelaxed(UInt64(group.count))
            waiters.reach(group.last)
            if wakingHere {
                waiters.wakeHere(first: group.first, count: UInt64(group.count))
            } else {
                waiters.wake(first: group.first, count: UInt64(group.count))
            }
            observer.committed(group, syncNanoseconds: elapsed)
        } catch {
            let failure = error.asPoison
            stop(failure)
            observer.stopped(failure)
        }
        return true
    }

    /// Nothing is written any more, and nobody waits.
    private func stop(_ error: SagaLogError) {
        stopped.withLock { if $0 == nil { $0 = error } }
        queue.shut()
        sink.admission.store(Admission.nothing)
        waiters.giveUp()
        room.resume()
    }

    /// Makes everything durable that was appended before, and ends.
    func close() {
        isStopping.store(1)
        wakeThread()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
        while flushing.exchange(1) != 0 { sgs_pause() }
        if failure == nil, !queue.isEmpty { _ = flushOwned(wakingHere: false) }
        stop(.closed)
        flushing.store(0)
    }

    // MARK: the flusher's thread

    private func wakeThread() {
        if asleep.exchange(0) != 0 { sgs_futex_wake(asleep.address) }
    }

    /// What the log's thread is woken for, whatever it does.
    func wake() { wakeThread() }

    private func run() {
        var last = 0
        var lingering = false
        while isStopping.ordered == 0 {
            if last > 1, last < 64 { gather(last) }
            if lingering || wanted.ordered != 0 || last > 0 || sink.isStalled, flush() {
                last = Int(lastGroup.relaxed)
                lingering = false
                continue
            }
            last = 0
            observer.tick()
            followClock(now: sgs_monotonic_ns())
            beat()
            lingering = sleep()
        }
    }

    private func beat() {
        guard flushing.relaxed == 0, flushing.exchange(1) == 0 else { return }
        if failure == nil { observer.beat() }
        flushing.store(0)
    }

    /// Records' times come from a clock that somebody has to set by the system's: telemetry does, where there is any.
    private func followClock(now: UInt64) {
        guard now &- clockSet.relaxed > 1_000_000_000 else { return }
        clockSet.storeRelaxed(now)
        sgs_clock_refresh()
    }

    /// Those that were just woken are about to come back: waits for as many, but not long. Pays where they are few.
    private func gather(_ expected: Int) {
        let began = sgs_recording_ns()
        while queue.waitingRecords < UInt64(expected), sgs_recording_ns() &- began < 30_000 { sgs_pause() }
    }

    /// - Returns: whether the records that are there have waited long enough.
    private func sleep() -> Bool {
        let hasRecords = !queue.isEmpty
        let kind = hasRecords ? Sleep.withRecords : Sleep.idle
        asleep.store(kind)
        let isAwaited = wanted.ordered != 0 && flushing.ordered == 0 && !queue.isEmpty
        guard !isAwaited, isStopping.ordered == 0, hasRecords || queue.isEmpty else {
            asleep.store(0)
            return false
        }
        let began = sgs_monotonic_ns()
        let idle: UInt64 =
            sink.isStalled ? 10_000_000 : observer.isExpectingTick ? max(maximumDelay, 1_000_000) : 1_000_000_000
        sgs_futex_wait(asleep.address, UInt32(kind), hasRecords ? maximumDelay : idle)
        asleep.store(0)
        return hasRecords && sgs_monotonic_ns() - began >= maximumDelay
    }

    // MARK: the reactor

    /// From here on the thread that calls this flushes when it has nothing else to do.
    func becomeReactor() { reactor.store(currentThread) }
    func endReactor() { reactor.store(0) }

    private var isOnReactor: Bool { reactor.relaxed != 0 && reactor.relaxed == currentThread }
    private var currentThread: UInt64 { LogThread.current }
}
