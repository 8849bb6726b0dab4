internal import CSagascope
import Glibc

/// Where the first record goes that this writer writes.
struct WritingPlace {
    let segment: SegmentFile
    /// The segment's.
    let number: UInt64
    let offset: Int
    /// The number that all files of the log share.
    let log: UInt64

    /// Behind the last record there is, or in a new log's first segment.
    init(
        _ end: LogRecovery.Outcome?, _ directory: String, _ options: SagaLogOptions, epoch: UInt32
    ) throws(SagaLogError) {
        if let end {
            let file = try OpenFile(directory + "/" + LogFiles.segment(end.header.number), O_RDWR)
            segment = SegmentFile(file, size: Int(end.header.size), salt: end.header.salt)
            (number, offset, log) = (end.header.number, end.offset, end.header.log)
        } else {
            log = UInt64.random(in: 1 ... .max)
            (number, offset) = (1, SegmentHeader.bytes)
            segment = try Self.makeFirst(in: directory, bytes: options.segmentBytes, log: log, epoch: epoch)
        }
    }

    private static func makeFirst(
        in directory: String, bytes: Int, log: UInt64, epoch: UInt32
    ) throws(SagaLogError) -> SegmentFile {
        let segment = try SegmentSupply.prepare(in: directory, LogFiles.spare, bytes: bytes)
        try segment.begin(
            SegmentHeader(
                salt: segment.salt, number: 1, first: .first, epoch: epoch, size: UInt64(bytes), log: log,
                created: sgs_unix_ns()))
        try OpenFile.rename(directory + "/" + LogFiles.spare, to: directory + "/" + LogFiles.segment(1))
        try OpenFile.syncDirectory(directory)
        return segment
    }
}
