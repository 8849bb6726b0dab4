internal import CSagascope
import Glibc

/// A segment that is open for writing, or that will be: a file of fixed size, all of whose blocks are there already, so that a
/// sync has no journal to commit.
final class SegmentFile: Sendable {
    let descriptor: FileDescriptor
    let size: Int
    /// A new one for each use of the file.
    let salt: UInt32
    /// Of its records' checksums.
    var seed: UInt32 { RecordFormat.seed(salt: salt) }
    /// Whether it was kept for closing records.
    let isReserve: Bool

    init(descriptor: consuming FileDescriptor, size: Int, salt: UInt32, isReserve: Bool = false) {
        self.descriptor = descriptor
        self.size = size
        self.salt = salt
        self.isReserve = isReserve
    }

    /// Writes all of it, however many calls that takes.
    func write(_ bytes: UnsafeRawPointer, count: Int, at offset: Int) throws(SystemCallFailure) {
        try descriptor.write(bytes, count: count, at: offset)
    }

    func sync() throws(SystemCallFailure) { try descriptor.syncData() }
}
