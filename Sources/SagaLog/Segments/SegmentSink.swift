internal import CSagascope
import Synchronization

/// Which records are taken.
enum Admission {
    static let all: UInt64 = 0
    /// Only those that close what has begun: the disk is full.
    static let closing: UInt64 = 1
    static let nothing: UInt64 = 2
}

/// Where groups go: the segment being written, and the change to the next one. The flusher's alone, but for `admission`.
final class SegmentSink: @unchecked Sendable {
    // Unchecked: all that varies belongs to whoever flushes (see LogWriter), and `admission` and `stalled` are atomic.

    let directory: String
    let supply: SegmentSupply
    let admission = PaddedWord(Admission.all)
    let maximumRecord: Int
    private let bufferBytes: Int
    private let log: UInt64
    private let epoch: UInt32
    /// Called when a segment is full and the next one has begun.
    private let changed: @Sendable () -> Void

    private var current: SegmentFile
    private(set) var number: UInt64
    private let start: Int
    private var proposal = Proposal.same

    /// Where the next group would go.
    private enum Proposal {
        case same
        case next
        case nowhere
    }

    private let stalled = PaddedWord()

    init(
        _ place: WritingPlace, directory: String, supply: SegmentSupply, bufferBytes: Int, epoch: UInt32,
        changed: @escaping @Sendable () -> Void
    ) {
        self.directory = directory
        self.supply = supply
        self.bufferBytes = bufferBytes
        self.epoch = epoch
        self.changed = changed
        log = place.log
        current = place.segment
        number = place.number
        start = place.offset
        maximumRecord = min(RecordFormat.maximumBytes, bufferBytes)
    }

    deinit {
        admission.deallocate()
        stalled.deallocate()
    }

    /// Whether there is no segment for the next record.
    var isStalled: Bool { stalled.ordered != 0 }

    /// Before the first record.
    func open(_ queue: CommitQueue, base: UInt64) {
        if let target = target(end: start, segment: current) { queue.open(at: target, base: base) }
        settle()
    }

    /// Where the next group goes, if this one ends there. It may be asked again before the answer is taken.
    func target(end: Int, segment: SegmentFile) -> CommitQueue.Target? {
        // A buffer's worth, and the zeros behind it.
        if segment.size - end >= bufferBytes + 8 {
            proposal = .same
            return CommitQueue.Target(segment: segment, offset: end, seed: segment.seed)
        }
        return nextSegment()
    }

    private func nextSegment() -> CommitQueue.Target? {
        let segment: SegmentFile
        switch supply.next() {
        case .segment(let spare):
            segment = spare
            admission.store(Admission.all)
        case .reserve(let reserve):
            segment = reserve
            admission.store(Admission.closing)
        case .soon:
            proposal = .nowhere
            return nil
        case .none:
            proposal = .nowhere
            admission.store(Admission.nothing)
            return nil
        }
        proposal = .next
        return CommitQueue.Target(segment: segment, offset: SegmentHeader.bytes, seed: segment.seed)
    }

    /// The last answer was taken.
    func settle() {
        switch proposal {
        case .same: break
        case .next: stalled.store(0)
        case .nowhere: stalled.store(1)
        }
        proposal = .same
    }

    /// There was no segment for the next record; perhaps there is one now.
    /// - Returns: whether anything has changed for those who wait.
    func openIfStalled(_ queue: CommitQueue, base: UInt64) -> Bool {
        guard isStalled else { return false }
        let target = nextSegment()
        if let target { queue.open(at: target, base: base) }
        settle()
        return target != nil || admission.relaxed != Admission.all
    }

    /// Writes the group, and returns when it is durable.
    func commit(_ group: borrowing CommitQueue.Group) throws(SagaLogError) {
        if group.segment !== current { try begin(group.segment, first: LSN(group.first)) }
        // With the zeros that end the segment.
        try group.segment.write(UnsafeRawBufferPointer(start: group.bytes, count: group.length + 8), at: group.offset)
        try group.segment.sync()
    }

    /// Its header is durable before it gets its name, and has its name before its first record: a segment whose header cannot
    /// be read is a damaged one, never an unfinished one.
    private func begin(_ segment: SegmentFile, first: LSN) throws(SagaLogError) {
        try segment.begin(
            SegmentHeader(
                salt: segment.salt, number: number + 1, first: first, epoch: epoch, size: UInt64(segment.size), log: log,
                created: sgs_unix_ns()))
        let name = segment.isReserve ? LogFiles.reserve : LogFiles.spare
        try OpenFile.rename(directory + "/" + name, to: directory + "/" + LogFiles.segment(number + 1))
        try OpenFile.syncDirectory(directory)
        // Not before it has another name: the next spare gets this one.
        supply.taken(segment)
        current = segment
        number += 1
        changed()
    }

    /// There may be room again.
    func supplyChanged() {
        if supply.isComplete { admission.store(Admission.all) }
    }
}
