/// Reads a whole log and says whether it is sound. Needs no lock and writes nothing.
public enum LogScan {
    /// - Parameters:
    ///   - directory: the log's.
    ///   - durable: the last record that is known to have been durable: from the view, for example.
    ///   - snapshots: looks into the directory's snapshots. Each that is sound also proves that records up to its LSN were durable;
    ///     without it they are listed, and believed.
    ///   - isPastCache: read what is on the disk, also where memory holds something else.
    ///   - progress: told now and then how many bytes of how many are done.
    /// - Throws: ``SagaLogError/file(operation:path:code:)`` when a file cannot be read. Damage is not an error but in the report.
    public static func run(
        directory: String, durable: LSN = .none,
        snapshots: ((_ directory: String) throws -> [LogReport.Snapshot])? = nil, isPastCache: Bool = false,
        progress: @escaping (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> LogReport {
        try run(
            directory: directory, durable: durable, snapshots: snapshots, isPastCache: isPastCache, progress: progress
        ) { _ in }
    }

    /// - Parameter body: gets each sound record, also those behind a damage.
    static func run(
        directory path: String, durable: LSN, snapshots: ((String) throws -> [LogReport.Snapshot])?, isPastCache: Bool,
        progress: @escaping (_ done: UInt64, _ of: UInt64) -> Void, _ body: (LogWalk.Record) throws -> Void
    ) throws -> LogReport {
        let directory = try LogDirectory(path, pastCache: isPastCache)
        let found = try snapshots.map { try $0(path) } ?? directory.snapshots.map { try listed($0, directory) }
        let sound = found.filter { $0.damage == nil }.map(\.lsn)
        var walk = LogWalk(directory, durable: max(durable, sound.max() ?? .none), pastCache: isPastCache)
        walk.progress = progress
        try walk.run(body)
        var report = walk.report
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
        return report
    }

    private static func listed(
        _ snapshot: (name: String, lsn: LSN), _ directory: LogDirectory
    ) throws(SagaLogError) -> LogReport.Snapshot {
        let window = try FileWindow(directory.path(snapshot.name))
        return LogReport.Snapshot(name: snapshot.name, lsn: snapshot.lsn, size: UInt64(window.size))
    }
}
