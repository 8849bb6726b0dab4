import Glibc

/// Reads a log's records from one on, of a live log or a dead one, without its lock.
///
/// It stops where no sound next record is (yet), and goes on from there when it is asked again: whether that is the log's end, or
/// damage, is ``LogScan``'s to say. Batches come as a whole. Not for several threads at once.
public final class LogReader {
    private let directory: String
    private let through: () throws -> LSN
    private var wanted: LSN
    private var scanner: SegmentScanner?
    /// A batch, and how many of its records were handed on.
    private var batch: [LogRecord] = []
    private var taken = 0

    /// - Parameters:
    ///   - directory: the log's.
    ///   - from: the first record.
    ///   - through: asked for the last record that may be read: of a live log, that which is durable.
    public init(directory: String, from: LSN = .first, through: @escaping () throws -> LSN = { LSN(.max) }) {
        self.directory = directory
        self.through = through
        wanted = max(from, .first)
    }

    /// - Returns: nil when there is no further record (yet).
    /// - Throws: ``SagaLogError/recycled(lsn:first:)`` when the log no longer has it, ``SagaLogError/file(operation:path:code:)``
    ///   when it cannot be read, and what `through` throws.
    public func next() throws -> LogRecord? {
        guard try through() >= wanted else { return nil }
        while taken == batch.count {
            guard try readBatch() else { return nil }
        }
        let record = batch[taken]
        taken += 1
        wanted = record.lsn.advanced(by: 1)
        return record
    }

    /// - Returns: whether there was one, even if only of records before the first that is wanted.
    private func readBatch() throws -> Bool {
        batch.removeAll(keepingCapacity: true)
        taken = 0
        if scanner == nil {
            guard try open() else { return false }
        }
        if try scan() { return true }
        // What was read ahead of the log's end may have been written since.
        scanner?.window.forget()
        if try scan() { return true }
        return try goOn()
    }

    private func scan() throws -> Bool {
        let first = wanted
        var records: [LogRecord] = []
        let count = try scanner?.nextBatch { bytes, _ in
            guard let base = bytes.baseAddress, RecordFormat.lsn(base) >= first.rawValue else { return }
            records.append(RecordFormat.record(base, length: bytes.count))
        }
        batch = records
        return count != 0
    }

    /// Opens the segment with the next record.
    private func open() throws(SagaLogError) -> Bool {
        let files = try LogDirectory(directory)
        guard !files.segments.isEmpty else { return false }
        let segment = files.segments[try files.index(of: wanted)]
        guard let header = segment.header, files.isInPlace(segment), header.first <= wanted else { return false }
        return try open(header)
    }

    private func open(_ header: SegmentHeader) throws(SagaLogError) -> Bool {
        do {
            let window = try FileWindow(path(header.number))
            let chain = RecordChain(next: header.first, epoch: header.epoch, isAnywhere: true)
            scanner = SegmentScanner(window, header: header, chain: chain)
            return true
        } catch .file("open", _, ENOENT) {
            return false
        }
    }

    /// Where no sound next record is: on to the next segment if it begins here, else to be asked again.
    private func goOn() throws(SagaLogError) -> Bool {
        guard let header = scanner?.header, let missing = scanner?.missing, let isWhole = scanner?.isWhole else {
            return false
        }
        guard try self.header(header.number) == header else {
            // The segment was recycled: either the log goes on elsewhere, or the record is gone.
            scanner = nil
            return try open()
        }
        guard isWhole, let following = try self.header(header.number &+ 1), following.log == header.log,
            following.number == header.number &+ 1, following.first == missing
        else { return false }
        return try open(following)
    }

    private func header(_ number: UInt64) throws(SagaLogError) -> SegmentHeader? {
        do {
            var window = try FileWindow(path(number))
            return SegmentHeader(try window.bytes(at: 0, atLeast: SegmentHeader.usedBytes))
        } catch .file("open", _, ENOENT) {
            return nil
        }
    }

    private func path(_ number: UInt64) -> String { directory + "/" + LogFiles.segment(number) }
}
