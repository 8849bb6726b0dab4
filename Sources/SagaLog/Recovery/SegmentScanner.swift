/// Reads a segment's records in order, as long as each is sound and follows from the one before it.
struct SegmentScanner: ~Copyable {
    /// Why there are no more.
    enum Stop: Hashable {
        /// There is no room for another one.
        case full
        /// The length is 0.
        case zero
        /// What is there is no sound record, or not the next one.
        case unsound
        /// The file is shorter than its header says, and ends before length 0 does.
        case short
    }

    let header: SegmentHeader
    let seed: UInt32
    var window: FileWindow
    /// Where the records end: what the header says, or less if the file is shorter.
    let size: Int
    private(set) var chain: RecordChain
    /// Behind the last batch that is there as a whole.
    private(set) var position = SegmentHeader.bytes

    /// Behind the last sound record, which may belong to a batch that is not there as a whole, and the LSN that should
    /// follow there. Set when ``nextBatch(_:)`` has answered 0.
    private(set) var stop = Stop.full
    private(set) var stopped = SegmentHeader.bytes
    private(set) var missing = LSN.none
    /// Whether no batch was begun there.
    var isWhole: Bool { stopped == position }

    init(_ window: consuming FileWindow, header: SegmentHeader, chain: RecordChain) {
        self.header = header
        seed = RecordFormat.seed(salt: header.salt)
        size = Int(clamping: min(UInt64(window.size), header.size))
        self.window = window
        self.chain = chain
    }

    /// Hands on the records of the next batch, if all of them are there. They are valid during the call.
    /// - Returns: how many they were; 0 at the end, of which ``stop`` tells.
    @inline(__always)
    mutating func nextBatch(_ body: (_ record: UnsafeRawBufferPointer, _ offset: Int) throws -> Void) throws -> Int {
        let first = position
        var (chain, offset, count) = (chain, first, 0)
        window.keep(from: first)
        repeat {
            guard let length = try length(at: offset, &chain) else {
                (stopped, missing) = (offset, LSN(chain.next))
                return 0
            }
            offset += length
            count += 1
        } while chain.isInBatch
        try handOn(first, offset, body)
        (self.chain, position) = (chain, offset)
        return count
    }

    /// Hands on the sound records of the batch whose others were missing when ``nextBatch(_:)`` answered 0.
    mutating func incompleteBatch(_ body: (_ record: UnsafeRawBufferPointer, _ offset: Int) throws -> Void) throws {
        window.keep(from: position)
        try handOn(position, stopped, body)
    }

    /// Records that were just checked, and have stayed in memory since.
    @inline(__always)
    private mutating func handOn(
        _ first: Int, _ end: Int, _ body: (_ record: UnsafeRawBufferPointer, _ offset: Int) throws -> Void
    ) throws {
        let batch = try window.bytes(at: first, atLeast: end - first)
        var at = 0
        while at < end - first {
            let length = Int(UInt32(littleEndian: batch.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
            try body(UnsafeRawBufferPointer(rebasing: batch[at..<at + length]), first + at)
            at += length
        }
    }

    /// The length of the sound next record at an offset; nil, with ``stop`` set, if there is none.
    @inline(__always)
    private mutating func length(at offset: Int, _ chain: inout RecordChain) throws(SagaLogError) -> Int? {
        var bytes = try window.bytes(at: offset, atLeast: min(RecordFormat.headerBytes, size - offset))
        guard let length = RecordFormat.plausibleLength(base(bytes), available: min(bytes.count, size - offset))
        else {
            // A longer one than what is in memory has to be read first.
            guard let length = stated(bytes), length > bytes.count, length <= size - offset else {
                stop = reason(bytes, offset)
                return nil
            }
            bytes = try window.bytes(at: offset, atLeast: length)
            return check(bytes, length, &chain)
        }
        return check(bytes, length, &chain)
    }

    @inline(__always)
    private mutating func check(
        _ bytes: UnsafeRawBufferPointer, _ length: Int, _ chain: inout RecordChain
    ) -> Int? {
        guard bytes.count >= length, RecordFormat.isSound(base(bytes), length: length, seed: seed),
            chain.take(RecordFormat.place(base(bytes)))
        else {
            stop = .unsound
            return nil
        }
        return length
    }

    /// A length that a record can have.
    private func stated(_ bytes: UnsafeRawBufferPointer) -> Int? {
        RecordFormat.plausibleLength(base(bytes), available: bytes.count < RecordFormat.headerBytes ? 0 : Int.max)
    }

    private func reason(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Stop {
        let rest = size - offset
        if bytes.count < min(8, rest) { return .short }
        let isShort = UInt64(size) < header.size
        guard rest >= 8 else { return isShort ? .short : .full }
        if bytes.loadUnaligned(as: UInt64.self) == 0 { return .zero }
        return isShort && (rest < RecordFormat.headerBytes || (stated(bytes) ?? 0) > rest) ? .short : .unsound
    }

    /// The window's bytes always have a beginning, even if there are none of them.
    @inline(__always) private func base(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer {
        bytes.baseAddress.unsafelyUnwrapped
    }

    /// Goes on behind a gap, at a sound record.
    mutating func resume(at offset: Int, lsn: LSN, epoch: UInt32) {
        position = offset
        chain = RecordChain(next: lsn, epoch: epoch, isAnywhere: true)
    }
}
