/// Reads a whole log and says whether it is sound. Needs no lock and writes nothing.
public enum LogScan {
    /// - Parameters:
    ///   - directory: the log's.
    ///   - durable: the last record that is known to have been durable: from the view, for example.
    ///   - snapshots: looks into the directory's snapshots. Each that is sound also proves that records up to its LSN were durable.
    ///   - isPastCache: read what is on the disk, also where memory holds something else.
    ///   - progress: told now and then how many bytes of how many are done.
    /// - Throws: ``SagaLogError/file(operation:path:code:)`` when a file cannot be read. Damage is not an error but in the report.
    public static func run(
        directory: String, durable: LSN = .none,
        snapshots: (_ directory: String) throws -> [LogReport.Snapshot] = LogReport.Snapshot.all,
        isPastCache: Bool = false,
        progress: @escaping (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> LogReport {
        for _ in 1..<attempts {
            let (report, isStale) = try attempt(
                directory: directory, durable: durable, snapshots: snapshots, isPastCache: isPastCache,
                progress: progress)
            if !isStale { return report }
        }
        return try attempt(
            directory: directory, durable: durable, snapshots: snapshots, isPastCache: isPastCache, progress: progress
        ).report
    }

    /// Looks at a log while showing what is in it.
    ///
    /// - Parameters:
    ///   - from: the segment with this record is the first that is looked at.
    ///   - body: gets each sound record from there on, also those behind a damage and of a batch that the end was cut short in;
    ///     the first error it throws ends the reading.
    /// - Throws: ``SagaLogError/recycled(lsn:first:)`` too.
    public static func records(
        directory path: String, from: LSN, durable: LSN = .none, _ body: (LogRecord) throws -> Void
    ) throws -> LogReport {
        let directory = try LogDirectory(path)
        var walk = LogWalk(directory, durable: durable, showsIncompleteBatch: true)
        try walk.run(from: try directory.index(of: from)) { record in
            guard record.lsn >= from, let base = record.bytes.baseAddress else { return }
            try body(RecordFormat.record(base, length: record.bytes.count))
        }
        return walk.report
    }

    /// Attempts at a log whose writer uses segments again while they are read.
    private static let attempts = 5

    /// - Returns: whether segments that it began with were used again meanwhile, so that what it found means nothing.
    private static func attempt(
        directory path: String, durable: LSN, snapshots: (String) throws -> [LogReport.Snapshot], isPastCache: Bool,
        progress: @escaping (_ done: UInt64, _ of: UInt64) -> Void
    ) throws -> (report: LogReport, isStale: Bool) {
        let directory = try LogDirectory(path, pastCache: isPastCache)
        let found = try snapshots(path)
        let sound = found.filter { $0.damage == nil }.map(\.lsn)
        var walk = LogWalk(directory, durable: max(durable, sound.max() ?? .none), pastCache: isPastCache)
        walk.progress = progress
        try walk.run { _ in }
        var report = walk.report
        let now = try LogDirectory(path)
        let isStale = !report.damages.isEmpty && now.segments.first?.number != directory.segments.first?.number
        report.snapshots = found
        report.damages += found.compactMap(\.damage)
        // What was recycled must be in a snapshot.
        if let segment = report.segments.first, segment.first > .first,
            !sound.contains(where: { $0.rawValue + 1 >= segment.first.rawValue })
        {
            let last = LSN(segment.first.rawValue - 1)
            report.damages.insert(
                LogDamage(kind: .gap, file: segment.name, offset: 0, first: .first, last: last), at: 0)
        }
        return (report, isStale)
    }
}

extension LogScan {
    /// The last record that the directory's view says to be durable. ``LSN/none`` without a view, or with another log's.
    public static func durable(directory: String) -> LSN {
        guard let view = view(directory: directory) else { return .none }
        return view.durable
    }

    /// The view of the log in a directory, if there is one of this log, and it can be read.
    public static func view(directory: String) -> MappedViewReader? {
        guard let view = try? MappedViewReader(directory: directory) else { return nil }
        return (try? LogDirectory(directory))?.log == view.log ? view : nil
    }

    /// Whether there is a segment or a snapshot in a directory.
    public static func isLog(directory: String) throws -> Bool {
        let files = try LogDirectory(directory)
        return !files.segments.isEmpty || !files.snapshots.isEmpty
    }

    /// The first record of each segment whose header is sound, in order.
    public static func segmentFirsts(directory: String) throws -> [LSN] {
        let files = try LogDirectory(directory)
        return files.segments.filter { files.isInPlace($0) }.compactMap { $0.header?.first }
    }
}
