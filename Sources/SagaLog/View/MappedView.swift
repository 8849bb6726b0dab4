internal import CSagascope
import Glibc
package import SagaTelemetry
import Synchronization

/// The file `runs.view`: where each open run stands, in memory that other processes see. It costs no system call and is not
/// synced; what it says follows from the log, and it is made anew each time the log is opened.
///
/// Who may do what, which is why this is Sendable:
/// - any thread takes a slot, interns a name, and reads the counts;
/// - a slot is its taker's until it is released. What the taker notes of it in `taken` is written before its number is handed
///   on, and read after that, with the run's first record;
/// - cells, of slots and heads, are written by one thread at a time, the log's flusher: whoever hands that role on orders it
///   with a lock or an atomic of theirs. So are releasing, publishing and closing.
///
/// The mapping lives as long as this does. The file must keep its size: a process that cuts it off kills this one.
package final class MappedView: @unchecked Sendable {
    package let path: String
    package let capacity: Int
    private let isSynchronous: Bool
    private let base: UnsafeMutableRawPointer
    private let bytes: Int
    private let heads: UnsafeMutablePointer<sgs_view_cell>
    private let slots: UnsafeMutablePointer<sgs_view_cell>
    private let checksum: UInt32
    private let names: ViewNames
    private let free: SlotList
    private let taken: UnsafeMutablePointer<Taken>
    private let refusals = Atomic<UInt64>(0)
    private let failedSyncs = Atomic<UInt64>(0)
    // The writing thread's.
    private var turn = 0
    private var hasAppeared = false
    private var positions = (durable: LSN.none, mapped: LSN.none)

    /// What a slot's taker knows of its run from the beginning.
    private struct Taken {
        var run = TraceID(high: 0, low: 0)
        var started: UInt64 = 0
        var saga: UInt16 = 0
    }

    /// Makes the file, which takes the place of an earlier one when it is complete.
    ///
    /// - Parameters:
    ///   - directory: the log's.
    ///   - capacity: how many runs have a slot at once, 1 to 1,048,576; each takes 64 bytes. The disk has room for all of
    ///     them once this returns, so that a full one is told here and not by a signal later.
    ///   - isSynchronous: every ``publish(durable:mapped:)`` waits until the disk has it; some three times the price of the
    ///     log's own sync.
    package init(
        directory: String, log: UInt64, epoch: UInt32, capacity: Int = 65_536, isSynchronous: Bool = false
    ) throws(SagaLogError) {
        guard (1...ViewHeader.maximumCapacity).contains(capacity) else {
            throw .invalidOption("a view of \(capacity) runs: choose 1 to \(ViewHeader.maximumCapacity)")
        }
        path = directory + "/" + LogFiles.view
        let header = ViewHeader(
            epoch: epoch, log: log, created: Self.now, capacity: capacity, nameBytes: Self.nameBytes, writer: .current)
        bytes = header.fileBytes
        base = try Self.make(path + Self.unfinished, bytes: bytes)
        checksum = header.write(to: base)
        heads = (base + header.headOffset(0)).bindMemory(to: sgs_view_cell.self, capacity: 2)
        slots = (base + header.slotOffset).bindMemory(to: sgs_view_cell.self, capacity: capacity)
        names = ViewNames(
            UnsafeMutableRawBufferPointer(start: base + header.nameOffset, count: header.nameBytes), checksum: checksum)
        free = SlotList(capacity: capacity)
        taken = .allocate(capacity: capacity)
        taken.initialize(repeating: Taken(), count: capacity)
        self.capacity = capacity
        self.isSynchronous = isSynchronous
        writeHead()
    }

    /// Gives the file its name, so that readers find it: once what the log holds is in it.
    package func appear() throws(SagaLogError) {
        if isSynchronous { sync() }
        try OpenFile.rename(path + Self.unfinished, to: path)
        hasAppeared = true
    }

    deinit {
        munmap(base, bytes)
        taken.deallocate()
        if !hasAppeared { unlink(path + Self.unfinished) }
    }

    private static let unfinished = ".tmp"
    private static let nameBytes = 128 << 10

    private static func make(_ path: String, bytes: Int) throws(SagaLogError) -> UnsafeMutableRawPointer {
        let file = try OpenFile(path, O_RDWR | O_CREAT | O_TRUNC, operation: "create")
        // Without blocks of its own, a full disk would be told by SIGBUS.
        let code = posix_fallocate(file.number, 0, off_t(bytes))
        let mapping = code == 0 ? mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.number, 0) : MAP_FAILED
        guard code == 0, let mapping, mapping != MAP_FAILED else {
            let (operation, reason) = code == 0 ? ("map", errno) : ("make room for", code)
            unlink(path)
            throw .file(operation: operation, path: path, code: reason)
        }
        return mapping
    }

    // MARK: any thread

    /// The name's number, to be used with ``apply(_:to:)``; 0 for an empty name, and for one that has no room any more, which
    /// is counted. 10 ns for one that is known.
    package func intern(_ name: UnsafeRawBufferPointer) -> UInt16 { names.number(of: name) }

    package func intern(_ name: String) -> UInt16 {
        var name = name
        return name.withUTF8 { names.number(of: UnsafeRawBufferPointer($0)) }
    }

    /// A slot for a run. Readers see it from its first ``apply(_:to:)`` on.
    /// - Returns: nil when all are taken: the run is counted as unmapped.
    package func take(run: TraceID, saga: String, started: UInt64) -> UInt32? {
        guard let slot = free.take() else {
            refusals.add(1, ordering: .relaxed)
            return nil
        }
        taken[Int(slot)] = Taken(run: run, started: started, saga: intern(saga))
        return slot
    }

    /// Gives a slot back that nothing was applied to: its run's first record was not written.
    package func giveBack(_ slot: UInt32) { free.giveBack(slot) }

    /// Runs that found no free slot, since this was made.
    package var unmapped: UInt64 { refusals.load(ordering: .relaxed) }
    /// How often a name was asked for that had no room.
    package var unnamed: UInt64 { names.refused }
    /// Publications that could not be synced (``SagaLogError/poisoned(operation:code:)`` is for the log itself).
    package var syncFailures: UInt64 { failedSyncs.load(ordering: .relaxed) }

    // MARK: the writing thread

    /// What a run's record says, for its slot.
    package struct Change {
        package var lsn: LSN
        package var changed: UInt64
        package var sequence: UInt32
        package var epoch: UInt32
        /// The number of the record's name, for records of a step.
        package var step: UInt16
        // Between the two, so that they are not loaded as one word before both are stored.
        package var kind: LogRecordKind
        package var attempt: UInt16

        package init(
            _ kind: LogRecordKind, step: UInt16 = 0, attempt: UInt16 = 0, sequence: UInt32, lsn: LSN, epoch: UInt32,
            changed: UInt64
        ) {
            (self.kind, self.step, self.attempt, self.sequence) = (kind, step, attempt, sequence)
            (self.lsn, self.epoch, self.changed) = (lsn, epoch, changed)
        }
    }

    /// Brings a slot up to its run's next record, as ``RunStatus/apply(_:)`` does. The record is durable.
    package func apply(_ change: borrowing Change, to slot: UInt32) {
        var run = content(of: slot)
        let kind = change.kind
        // A run that is at work goes on: so it is nearly always.
        if run.state != RunState.running.rawValue || !kind.isForward {
            run.state = (RunState(rawValue: run.state) ?? .pending).after(kind).rawValue
        }
        if kind.isOfStep { (run.step, run.attempt) = (change.step, change.attempt) }
        (run.lsn, run.sequence, run.epoch) = (change.lsn.rawValue, change.sequence, change.epoch)
        run.changed = change.changed
        store(run, in: slot)
    }

    /// Takes a slot for a run that was open when the log was opened.
    /// - Returns: nil when all are taken: the run is counted as unmapped.
    package func restore(_ status: RunStatus) -> UInt32? {
        guard let slot = take(run: status.run, saga: status.saga, started: status.started) else { return nil }
        var run = content(of: slot)
        (run.state, run.step, run.attempt) = (status.state.rawValue, intern(status.step), status.attempt)
        (run.lsn, run.sequence, run.epoch) = (status.lsn.rawValue, status.sequence, status.epoch)
        run.changed = status.changed
        store(run, in: slot)
        return slot
    }

    /// The run is closed: readers see it no longer, and its slot is another's.
    package func release(_ slot: UInt32) {
        store(sgs_view_run(), in: slot)
        free.giveBack(slot)
    }

    /// All records up to `durable` are on the disk, and slots are up to `mapped`. Call it after a batch, and every second or
    /// so when there is none, so that readers know that the writer is at work.
    package func publish(durable: LSN, mapped: LSN) {
        positions = (durable, mapped)
        writeHead()
        if isSynchronous { sync() }
    }

    /// The writer is at work, though there is nothing to write.
    package func beat() { writeHead() }

    /// The last word: what is open stays there to be seen.
    package func close() {
        writeHead(isClosed: true)
        if isSynchronous { sync() }
    }

    /// What the cell holds; before the run's first record what its taker noted. Nobody else writes to it.
    @inline(__always) private func content(of slot: UInt32) -> sgs_view_run {
        let words = UnsafeRawPointer(slots + Int(slot)) + 8
        let run = words.load(as: sgs_view_run.self)
        return run.lsn == 0 ? beginning(of: slot) : run
    }

    @inline(never) private func beginning(of slot: UInt32) -> sgs_view_run {
        let taken = taken[Int(slot)]
        var run = sgs_view_run()
        (run.run_high, run.run_low) = (taken.run.high, taken.run.low)
        (run.started, run.saga) = (taken.started, taken.saga)
        return run
    }

    @inline(__always) private func store(_ run: sgs_view_run, in slot: UInt32) {
        sgs_view_store_run(slots + Int(slot), run, ViewHeader.seed(checksum, slot: Int(slot)))
    }

    /// In turns, so that one of the two is whole whenever this process is killed.
    private func writeHead(isClosed: Bool = false) {
        let head = sgs_view_head(
            durable: positions.durable.rawValue, mapped: positions.mapped.rawValue, heartbeat: Self.now,
            unmapped: unmapped, unnamed: unnamed, slots: free.bound, is_closed: isClosed ? 1 : 0, zero: 0)
        sgs_view_store_head(heads + turn, head, ViewHeader.seed(checksum, head: turn))
        turn ^= 1
    }

    private func sync() {
        if msync(base, bytes, MS_SYNC) != 0 { failedSyncs.add(1, ordering: .relaxed) }
    }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension LogRecordKind {
    /// Of a step, and not of its compensation.
    fileprivate var isForward: Bool { (17...19).contains(rawValue) }
}
