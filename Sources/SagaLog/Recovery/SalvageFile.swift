import Glibc

/// A segment that is written through a buffer.
final class SalvageFile {
    private let file: OpenFile
    private(set) var end = SegmentHeader.bytes
    private var buffer: [UInt8] = []
    private static let capacity = 1 << 20

    init(_ path: String) throws(SagaLogError) {
        file = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL, operation: "make")
        buffer.reserveCapacity(Self.capacity + RecordFormat.maximumBytes)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(SagaLogError) {
        buffer.append(contentsOf: bytes)
        end += bytes.count
        if buffer.count >= Self.capacity { try flush() }
    }

    private func flush() throws(SagaLogError) {
        try file.write(buffer, at: end - buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes what is still to come, zeros up to the segment's size, and the header last: without it the file is no segment.
    func close(_ header: SegmentHeader) throws(SagaLogError) {
        try flush()
        let zeros = [UInt8](repeating: 0, count: Self.capacity)
        for at in stride(from: end, to: max(end, Int(clamping: header.size)), by: zeros.count) {
            try file.write(Array(zeros.prefix(Int(header.size) - at)), at: at)
        }
        var page = [UInt8](repeating: 0, count: SegmentHeader.bytes)
        page.withUnsafeMutableBytes { page in
            if let base = page.baseAddress { header.write(to: base) }
        }
        try file.write(page, at: 0)
        try file.syncData()
    }
}
