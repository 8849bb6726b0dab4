internal import CSagascope
import Glibc

/// The appenders' side of the log, and what the flusher takes from it.
///
/// Appending never waits and allocates nothing: one exchange reserves the place, the record is written and sealed there, and
/// a counter says so.
final class CommitQueue: @unchecked Sendable {
    // Unchecked: what is in a buffer belongs to the holder of the reservation until published, then to the flusher;
    // descriptions of buffers are written by the flusher alone, see CommitBuffer.

    static let buffers = 4

    let bufferBytes: Int
    let epoch: UInt32
    private let buffers: UnsafeMutablePointer<CommitBuffer>
    private let word = PaddedWord()

    init(bufferBytes: Int, epoch: UInt32) {
        self.bufferBytes = bufferBytes
        self.epoch = epoch
        buffers = .allocate(capacity: Self.buffers)
        for index in 0..<Self.buffers { (buffers + index).initialize(to: CommitBuffer(bytes: bufferBytes)) }
    }

    deinit {
        for index in 0..<Self.buffers { buffers[index].deallocate() }
        buffers.deinitialize(count: Self.buffers)
        buffers.deallocate()
        word.deallocate()
    }

    private func buffer(_ generation: UInt64) -> UnsafeMutablePointer<CommitBuffer> {
        buffers + Int(generation % UInt64(Self.buffers))
    }

    // MARK: appending

    /// A place in the log for some records that go one after the other.
    struct Place {
        fileprivate let buffer: UnsafeMutablePointer<CommitBuffer>
        let bytes: UnsafeMutableRawPointer
        /// LSN of the first.
        let first: UInt64
        /// Position of the first in its group commit.
        let group: Int
        let units: UInt64
        let seed: UInt32
    }

    /// - Returns: nil when there is no room until the flusher has come on.
    @inline(__always) func reserve(records: Int, bytes: Int) -> Place? {
        let units = UInt64(bytes / 8)
        var expected = word.acquired
        while true {
            let reservation = Reservation(expected)
            let buffer = buffer(reservation.generation)
            guard reservation.units &+ units <= buffer.pointee.capacity.relaxed,
                reservation.count &+ UInt64(records) <= UInt64(RecordFormat.maximumGroup)
            else { return nil }
            guard word.weakExchange(&expected, to: reservation.adding(records: UInt64(records), units: units)) else {
                continue
            }
            return Place(
                buffer: buffer, bytes: buffer.pointee.bytes + Int(reservation.units) * 8,
                first: buffer.pointee.base &+ reservation.count, group: Int(reservation.count), units: units,
                seed: buffer.pointee.seed)
        }
    }

    /// Completes the record at `index` of the place, whose bytes before its LSN are written.
    @inline(__always) func seal(
        _ bytes: UnsafeMutableRawPointer, length: Int, index: Int, of records: Int, in place: Place, mark: ViewMark
    ) {
        place.buffer.pointee.marks[place.group + index] = mark
        let position = RecordFormat.Place(
            lsn: place.first &+ UInt64(index), group: UInt16(place.group + index), batch: UInt16(index),
            rest: UInt16(records - 1 - index), epoch: epoch)
        RecordFormat.seal(bytes, length: length, place: position, seed: place.seed)
    }

    /// The place is written; the flusher may take it.
    @inline(__always) func publish(_ place: Place) { place.buffer.pointee.published.add(place.units) }

    var isEmpty: Bool { Reservation(word.ordered).isEmpty }

    /// How far the flusher has come. What found no room may find some once this is another.
    struct Ticket: Equatable {
        fileprivate let generation: UInt64
        fileprivate let capacity: UInt64
    }

    var ticket: Ticket {
        let generation = Reservation(word.ordered).generation
        return Ticket(generation: generation, capacity: buffer(generation).pointee.capacity.ordered)
    }

    var waitingRecords: UInt64 { Reservation(word.relaxed).count }

    /// Bytes that wait for the flusher.
    var waitingBytes: Int { Int(Reservation(word.relaxed).units) * 8 }

    /// The last record that has a place. While a group is being handed over it may be told of a moment late.
    var lastReserved: UInt64 {
        while true {
            let seen = word.acquired
            let last = buffer(Reservation(seen).generation).pointee.base &+ Reservation(seen).count &- 1
            if Reservation(word.acquired).generation == Reservation(seen).generation { return last }
        }
    }

    /// Nothing is taken from here on.
    func shut() { for index in 0..<Self.buffers { buffers[index].capacity.store(0) } }

    // MARK: the flusher's side; one at a time

    /// Records that are to be made durable together.
    struct Group {
        let bytes: UnsafeMutableRawPointer
        let length: Int
        let first: UInt64
        let count: Int
        let segment: SegmentFile
        let offset: Int
        let marks: UnsafeMutablePointer<ViewMark>

        var last: UInt64 { first &+ UInt64(count) &- 1 }
        /// When its first record was written, Unix ns.
        var time: UInt64 { RecordFormat.time(bytes) }
    }

    /// Where the next group's bytes go.
    struct Target {
        let segment: SegmentFile
        let offset: Int
        let seed: UInt32
    }

    /// Opens the present buffer, which is empty and was without a place.
    func open(at target: Target, base: UInt64) {
        let buffer = buffer(Reservation(word.relaxed).generation)
        describe(buffer, base: base, target)
        buffer.pointee.capacity.store(UInt64(bufferBytes / 8))
    }

    /// Ends the present group, if it has records, and opens the next buffer.
    /// - Parameter target: where the next group goes, given where this one ends; nil: nowhere yet.
    func take(next target: (_ end: Int, _ segment: SegmentFile) -> Target?) -> Group? {
        var expected = word.acquired
        guard !Reservation(expected).isEmpty else { return nil }
        let current = buffer(Reservation(expected).generation)
        let following = buffer(Reservation(expected).generation &+ 1)
        guard let segment = current.pointee.segment else { return nil }
        // Where the next group goes follows from how long this one is: until it no longer grows, it is only a proposal.
        repeat {
            let reservation = Reservation(expected)
            let base = current.pointee.base &+ reservation.count
            let end = current.pointee.offset + Int(reservation.units) * 8
            let place = target(end, segment)
            describe(following, base: base, place)
            following.pointee.capacity.store(place == nil ? 0 : UInt64(bufferBytes / 8))
        } while !word.weakExchange(&expected, to: Reservation(expected).next)
        let taken = Reservation(expected)
        awaitPublished(current, taken.units)
        let length = Int(taken.units) * 8
        // The segment ends here, until the next group.
        (current.pointee.bytes + length).storeBytes(of: 0, as: UInt64.self)
        return Group(
            bytes: current.pointee.bytes, length: length, first: current.pointee.base, count: Int(taken.count),
            segment: segment, offset: current.pointee.offset, marks: current.pointee.marks)
    }

    private func describe(_ buffer: UnsafeMutablePointer<CommitBuffer>, base: UInt64, _ target: Target?) {
        buffer.pointee.base = base
        buffer.pointee.segment = target?.segment
        buffer.pointee.offset = target?.offset ?? 0
        buffer.pointee.seed = target?.seed ?? 0
    }

    /// Who has reserved is writing: some nanoseconds, unless its thread was taken off the processor.
    private func awaitPublished(_ buffer: UnsafeMutablePointer<CommitBuffer>, _ units: UInt64) {
        var looks = 0
        while buffer.pointee.published.acquired != units {
            looks += 1
            if looks < 2000 { sgs_pause() } else { sched_yield() }
        }
        buffer.pointee.published.storeRelaxed(0)
    }
}
