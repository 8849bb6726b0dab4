internal import CSagascope
import Glibc

/// A new log's first file.
enum FirstSegment {
    static func make(
        in directory: String, bytes: Int, log: UInt64, epoch: UInt32
    ) throws(SagaLogError) -> (segment: SegmentFile, header: SegmentHeader) {
        let segment = try SegmentSupply.prepare(in: directory, LogFiles.spare, bytes: bytes)
        let header = SegmentHeader(
            salt: segment.salt, number: 1, first: .first, epoch: epoch, size: UInt64(bytes), log: log,
            created: sgs_unix_ns())
        let path = directory + "/" + LogFiles.segment(1)
        do throws(SystemCallFailure) {
            try SegmentSink.write(header, to: segment)
            guard rename(directory + "/" + LogFiles.spare, path) == 0 else {
                throw SystemCallFailure(operation: "rename", code: errno)
            }
            try Directory.sync(directory)
        } catch { throw error.at(path) }
        return (segment, header)
    }
}
