/// A segment that is open for writing, or that will be: a file of fixed size, all of whose blocks are there already, so that a
/// sync has no journal to commit.
final class SegmentFile: Sendable {
    private let file: OpenFile
    let size: Int
    /// A new one for each use of the file.
    let salt: UInt32
    /// Of its records' checksums.
    let seed: UInt32
    /// Whether it was kept for closing records.
    let isReserve: Bool

    init(_ file: consuming OpenFile, size: Int, salt: UInt32, isReserve: Bool = false) {
        self.file = file
        self.size = size
        self.salt = salt
        self.isReserve = isReserve
        seed = RecordFormat.seed(salt: salt)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SagaLogError) {
        try file.write(bytes, at: offset)
    }

    func sync() throws(SagaLogError) { try file.syncData() }

    /// Its header, and zeros where the first record will be: a recycled file has an old one there.
    func begin(_ header: SegmentHeader) throws(SagaLogError) {
        var page = [UInt8](repeating: 0, count: SegmentHeader.bytes + 8)
        page.withUnsafeMutableBytes { header.write(to: $0.baseAddress!) }
        try file.write(page, at: 0)
        try sync()
    }
}
