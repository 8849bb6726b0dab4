import Glibc

/// A file that is read through a buffer, mostly from front to back.
///
/// It is read and not mapped: when it shrinks meanwhile, or a sector cannot be read, that is an end or an error, not a signal.
struct FileWindow: ~Copyable {
    /// Bytes of the file when it was opened.
    let size: Int
    private let file: OpenFile
    /// `filled` bytes of the file from `start` on; this value alone owns them.
    private var buffer: UnsafeMutableRawPointer
    private var capacity: Int
    private var start = 0
    private var filled = 0
    /// What lies from here on stays in memory, so that a batch can be looked at twice.
    private var anchor = Int.max
    private var nextRead = Self.chunk

    /// Read at once: as much as stays in the second-level cache until it has been checked.
    private static let chunk = 1 << 18
    /// Read first after ``forget()``: a few records at the end of a live log. Each further read is twice as long.
    private static let least = 1 << 12
    /// Asked of the disk ahead of it.
    private static let ahead = 1 << 22

    /// - Parameter pastCache: read what is on the disk. After a failed sync, pages in memory are not what is there
    ///   (Rebello et al., "Can Applications Recover from fsync Failures?", 2020).
    init(_ path: String, pastCache: Bool = false) throws(SagaLogError) {
        let file = try OpenFile(path, O_RDONLY | O_NONBLOCK)
        size = try file.size()
        if pastCache { posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED) }
        self.file = file
        capacity = 2 * Self.chunk
        buffer = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// The bytes from `offset` on that are in memory: `count` of them or more, fewer only at the file's end. Valid until the
    /// next call.
    @inline(__always)
    mutating func bytes(at offset: Int, atLeast count: Int) throws(SagaLogError) -> UnsafeRawBufferPointer {
        if offset < start || offset + count > start + filled { try load(offset, count) }
        return UnsafeRawBufferPointer(start: buffer + (offset - start), count: max(0, start + filled - offset))
    }

    /// Keeps what lies from `offset` on in memory.
    @inline(__always) mutating func keep(from offset: Int) { anchor = offset }

    /// What is asked for next is read anew: the file may have grown, or been written to.
    mutating func forget() {
        filled = 0
        nextRead = Self.least
    }

    @inline(never) private mutating func load(_ offset: Int, _ count: Int) throws(SagaLogError) {
        let from = min(anchor, offset)
        if from >= start, from < start + filled {
            filled -= from - start
            memmove(buffer, buffer + (from - start), filled)
        } else {
            filled = 0
        }
        start = from
        let needed = offset - from + count
        if capacity < needed + Self.chunk { grow(to: 2 * needed + Self.chunk) }
        while filled < needed {
            let position = start + filled
            if position % Self.ahead < Self.chunk {
                posix_fadvise(file.number, off_t(position), off_t(2 * Self.ahead), POSIX_FADV_WILLNEED)
            }
            let part = UnsafeMutableRawBufferPointer(start: buffer + filled, count: min(nextRead, capacity - filled))
            nextRead = min(2 * nextRead, Self.chunk)
            let read = try file.read(part, at: position)
            guard read > 0 else { return }
            filled += read
        }
    }

    private mutating func grow(to bytes: Int) {
        let larger = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
        larger.copyMemory(from: buffer, byteCount: filled)
        buffer.deallocate()
        (buffer, capacity) = (larger, bytes)
    }
}
