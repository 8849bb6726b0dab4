import Glibc

extension LogReport.Snapshot {
    /// The snapshots in a log's directory, each looked into.
    public static func all(in directory: String) throws -> [LogReport.Snapshot] {
        let files = try LogDirectory(directory)
        return try files.snapshots.map { name, lsn in
            let path = files.path(name)
            let size = try OpenFile(path, O_RDONLY).size()
            let damage =
                SnapshotFile.isSound(path)
                ? nil
                : LogDamage(kind: .snapshotChecksum, file: name, offset: 0, first: .first, last: lsn)
            return LogReport.Snapshot(name: name, lsn: lsn, size: UInt64(size), damage: damage)
        }
    }
}

extension LogScan {
    /// The newest snapshot of a log that is sound; nil when there is none.
    /// - Throws: ``SagaLogError/file(operation:path:code:)``
    public static func newestSnapshot(directory: String) throws -> LogSnapshot? {
        guard let log = try LogDirectory(directory).log else { return nil }
        var store = SnapshotStore(directory: directory, log: log)
        return try store.newest(from: .none, through: LSN(.max)).snapshot.map { LogSnapshot($0) }
    }
}
