import Glibc

/// The files of a log, as they are found.
struct LogDirectory {
    struct Segment {
        let number: UInt64
        let name: String
        /// Bytes of the file.
        let size: Int
        /// nil when it is damaged, or not yet written.
        let header: SegmentHeader?
    }

    let path: String
    /// By their numbers.
    private(set) var segments: [Segment] = []
    /// Names and LSNs of snapshots, oldest first; whether they are sound is not looked at.
    private(set) var snapshots: [(name: String, lsn: LSN)] = []
    /// All names.
    private(set) var names: [String] = []
    /// The number that all files of the log share: that of most segments, of the earliest if there are as many of another.
    private(set) var log: UInt64?
    private var firsts: [UInt64: LSN] = [:]

    /// - Throws: ``SagaLogError/file(operation:path:code:)`` when the directory or a segment's header cannot be read.
    init(_ path: String, pastCache: Bool = false) throws(SagaLogError) {
        self.path = path
        names = try OpenFile.names(in: path).sorted()
        snapshots = names.compactMap { name in LogFiles.snapshotLSN(name).map { (name, $0) } }
        for name in names {
            guard let number = LogFiles.segmentNumber(name), number > 0 else { continue }
            do {
                var window = try FileWindow(self.path(name), pastCache: pastCache)
                let bytes = try window.bytes(at: 0, atLeast: SegmentHeader.bytes)
                let header = bytes.count < SegmentHeader.bytes ? nil : SegmentHeader(bytes).flatMap(Self.possible)
                segments.append(Segment(number: number, name: name, size: window.size, header: header))
            } catch .file("open", _, ENOENT) {
                // A live log has just recycled it.
                continue
            }
        }
        compareHeaders()
    }

    /// Nothing is ever counted further than this, so that no sum of LSNs overflows.
    private static func possible(_ header: SegmentHeader) -> SegmentHeader? {
        (1...UInt64.max / 4).contains(header.first.rawValue) ? header : nil
    }

    func path(_ name: String) -> String { path + "/" + name }

    /// Whether a segment's header belongs to this log and to the file's name.
    func isInPlace(_ segment: Segment) -> Bool {
        guard let header = segment.header else { return false }
        return header.number == segment.number && header.log == log
    }

    /// Where a segment's records begin, as far as headers tell: its own, or the one that claims its number.
    func first(of number: UInt64) -> LSN? { firsts[number] }

    /// Index of the segment that holds a record.
    /// - Throws: ``SagaLogError/recycled(lsn:first:)`` when the log begins after it.
    func index(of lsn: LSN) throws(SagaLogError) -> Int {
        let inPlace = segments.indices.filter { isInPlace(segments[$0]) }
        guard let oldest = inPlace.first, let header = segments[oldest].header else { return 0 }
        // What lies before a damaged segment may be in it.
        if header.first > lsn, oldest == 0 { throw .recycled(lsn: lsn, first: header.first) }
        return inPlace.last { (segments[$0].header?.first ?? .none) <= lsn } ?? 0
    }

    private mutating func compareHeaders() {
        var counts: [UInt64: Int] = [:]
        let headers = segments.compactMap(\.header)
        for header in headers { counts[header.log, default: 0] += 1 }
        let most = counts.values.max()
        log = headers.first { counts[$0.log] == most }?.log
        for header in headers where header.log == log { firsts[header.number] = header.first }
        for segment in segments where isInPlace(segment) { firsts[segment.number] = segment.header?.first }
    }
}
