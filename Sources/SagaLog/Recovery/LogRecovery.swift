import Glibc

/// Makes a log ready to be written to: reads what is there, refuses what is damaged, and mends a torn end.
enum LogRecovery {
    /// Where the writer goes on.
    struct Outcome: Hashable {
        /// The last segment, and the offset in it behind the last record. From there on up to `header.size` there are zeros, or
        /// what an earlier use of the file left behind.
        var header: SegmentHeader
        var offset: Int
        /// The last record; all up to here are durable.
        var last: LSN
        /// The latest there is.
        var epoch: UInt32
        /// Records that were handed on.
        var records: UInt64
        /// What was cut off, if anything, and the name of the file that keeps it.
        var torn: LogReport.Torn?
        var tornCopy: String?
    }

    /// Reads the log from a record on, past the page cache, and mends its end. To be called with the log's lock held.
    ///
    /// - Parameters:
    ///   - directory: the log's.
    ///   - from: the first record that is needed: the one after a snapshot.
    ///   - durable: the last record that is known to have been durable: the snapshot's, or what the view says.
    ///   - body: gets each record from `from` on, in order and in whole batches; the bytes are valid during the call. What it got
    ///     is to be forgotten when this throws.
    /// - Returns: nil when there is no log yet.
    /// - Throws: ``SagaLogError/corrupt(directory:_:)``; ``SagaLogError/recycled(lsn:first:)`` when the log begins after `from`;
    ///   ``SagaLogError/file(operation:path:code:)`` when a file cannot be read or mended; what `body` throws.
    static func open(
        directory path: String, from: LSN = .first, durable: LSN = .none,
        progress: @escaping (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in },
        _ body: (_ record: UnsafeRawBufferPointer, _ lsn: LSN) throws -> Void
    ) throws -> Outcome? {
        try syncLast(of: path)
        let directory = try LogDirectory(path, pastCache: true)
        let durable = max(durable, LSN(max(from, .first).rawValue - 1))
        var walk = LogWalk(directory, durable: durable, pastCache: true, stopsAtDamage: true)
        var records: UInt64 = 0
        walk.progress = progress
        try walk.run(from: try directory.index(of: from)) { record in
            guard record.lsn >= from else { return }
            try body(record.bytes, record.lsn)
            records += 1
        }
        if let damage = walk.report.damages.first { throw SagaLogError.corrupt(directory: path, damage) }
        let torn = try LogMending(directory).mend(walk.report, end: walk.end)
        return walk.end.map {
            Outcome(
                header: $0.header, offset: $0.offset, last: $0.last, epoch: $0.epoch, records: records,
                torn: walk.report.torn, tornCopy: torn)
        }
    }

    /// What was written and not yet synced is made durable first, so that what is read afterwards is really there.
    private static func syncLast(of path: String) throws(SagaLogError) {
        guard let last = try LogDirectory(path).segments.last else { return }
        try OpenFile(path + "/" + last.name, O_RDWR).syncData()
    }
}
