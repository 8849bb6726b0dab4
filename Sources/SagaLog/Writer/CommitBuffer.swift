import Synchronization

/// Memory that the records of one group commit are written to, by whoever appends them.
///
/// There are a few, taken in turns: while one is written and synced, the next one fills up. The flusher describes a buffer
/// before it opens it, and again only after everything that was reserved in it has been published, so that whoever holds a
/// reservation reads what belongs to it.
struct CommitBuffer {
    let bytes: UnsafeMutableRawPointer
    /// What each record means for the mapped view, by its position in the group.
    let marks: UnsafeMutablePointer<ViewMark>
    /// 8-byte units whose bytes are written and sealed.
    let published = PaddedWord()
    /// 8-byte units that there is room for; 0 while it has no place in a segment. Read before the reservation too.
    let capacity = PaddedWord()

    // MARK: what the flusher says of it

    /// LSN of its first record.
    var base: UInt64 = 1
    /// Where in the segment its bytes go.
    var offset = 0
    /// Of the checksums of its segment.
    var seed: UInt32 = 0
    var segment: SegmentFile?

    init(bytes: Int) {
        // Room for the zeros that end the segment.
        self.bytes = .allocate(byteCount: bytes + 4096, alignment: 4096)
        self.bytes.initializeMemory(as: UInt8.self, repeating: 0, count: bytes + 4096)
        marks = .allocate(capacity: RecordFormat.maximumGroup)
    }

    func deallocate() {
        bytes.deallocate()
        marks.deallocate()
        published.deallocate()
        capacity.deallocate()
    }
}

/// Where a record shows in the mapped view, once it is durable.
struct ViewMark {
    /// The run's slot; nil for a run without one, and for records of the log itself.
    var slot: UInt32?
    /// The number of the step's name.
    var step: UInt16 = 0
}

/// The word by which a place in the log is taken: one exchange gives a buffer, an offset in it and an LSN at once, so LSNs
/// have no gaps, and nobody waits for anybody.
struct Reservation {
    /// Which buffer, modulo their number, and how often they were all used.
    static let generationShift: UInt64 = 48
    static let countShift: UInt64 = 28
    private static let unitMask: UInt64 = 1 << countShift - 1
    private static let countMask: UInt64 = 1 << (generationShift - countShift) - 1

    var word: UInt64

    init(_ word: UInt64) { self.word = word }

    @inline(__always) var generation: UInt64 { word >> Self.generationShift }
    /// Records so far.
    @inline(__always) var count: UInt64 { word >> Self.countShift & Self.countMask }
    /// 8-byte units so far.
    @inline(__always) var units: UInt64 { word & Self.unitMask }
    @inline(__always) var isEmpty: Bool { units == 0 }

    @inline(__always) func adding(records: UInt64, units: UInt64) -> UInt64 {
        word &+ records << Self.countShift &+ units
    }

    /// The next buffer, empty.
    @inline(__always) var next: UInt64 { (generation &+ 1) << Self.generationShift }
}
