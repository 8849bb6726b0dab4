import Glibc

/// The snapshots in a log's directory: the last two that are sound, and what has not been tidied away yet.
package struct SnapshotStore: Sendable {
    private let directory: String
    private let log: UInt64
    /// Known to be as they were written, since this program wrote or read them.
    private var sound: Set<LSN> = []

    package static let kept = 2

    package init(directory: String, log: UInt64) {
        (self.directory, self.log) = (directory, log)
    }

    /// What a writer that was killed left half-written; for the log's one writer.
    package func removeLeftovers() throws(SagaLogError) {
        for name in try OpenFile.names(in: directory) where name.hasSuffix(SnapshotFile.temporarySuffix) {
            let whole = String(name.dropLast(SnapshotFile.temporarySuffix.count))
            guard LogFiles.snapshotLSN(whole) != nil else { continue }
            try remove(path(name))
        }
    }

    /// The LSNs of all files that are called snapshots, the newest first.
    package func list() throws(SagaLogError) -> [LSN] {
        try OpenFile.names(in: directory).compactMap(LogFiles.snapshotLSN).sorted(by: >)
    }

    // MARK: reading

    package struct Refused: Sendable, Hashable {
        package let lsn: LSN
        package let damage: LogDamage
        package let reason: SagaLogError
    }

    package struct Found: Sendable {
        package var snapshot: Snapshot?
        /// Newer ones that could not be taken, the newest first.
        package var refused: [Refused] = []
    }

    /// The newest sound snapshot of this log from `minimum` through `end`, the last durable record.
    package mutating func newest(from minimum: LSN, through end: LSN) throws(SagaLogError) -> Found {
        var found = Found()
        for lsn in try list() {
            if lsn < minimum { break }
            do throws(SagaLogError) {
                found.snapshot = try read(lsn, through: end)
                break
            } catch { found.refused.append(refusal(of: lsn, because: error, end)) }
        }
        return found
    }

    private mutating func read(_ lsn: LSN, through end: LSN) throws(SagaLogError) -> Snapshot {
        let path = path(LogFiles.snapshot(lsn))
        let snapshot = try SnapshotFile.read(path)
        guard snapshot.log == log else { throw .snapshot(path: path, reason: Self.ofAnotherLog) }
        guard snapshot.lsn == lsn else {
            throw .snapshot(path: path, reason: "it is of LSN \(snapshot.lsn), and its name says another one")
        }
        sound.insert(lsn)
        guard lsn <= end else {
            throw .snapshot(path: path, reason: "the log ends at \(end), before it: records are missing there")
        }
        return snapshot
    }

    /// One that is sound tells that the log has lost its end; else it has lost what it stood for itself.
    private func refusal(of lsn: LSN, because error: SagaLogError, _ end: LSN) -> Refused {
        let name = LogFiles.snapshot(lsn)
        let damage =
            if sound.contains(lsn) {
                LogDamage(kind: .truncated, file: name, offset: 0, first: end.advanced(by: 1), last: lsn)
            } else {
                LogDamage(kind: .snapshotChecksum, file: name, offset: 0, first: .first, last: lsn)
            }
        return Refused(lsn: lsn, damage: damage, reason: error)
    }

    private static let ofAnotherLog = "it is of another log, which may have been copied into this directory"

    // MARK: writing

    package struct Written: Sendable, Hashable {
        package let lsn: LSN
        /// Of the file.
        package let bytes: Int
        /// The snapshots that stay, the newest first: records up to the last of them are needed no longer.
        package let kept: [LSN]
        /// Older ones that could not be removed; the next time removes them.
        package let left: Int
    }

    /// Writes a snapshot, and once it is durable removes those before the newest sound one but it.
    ///
    /// - Throws: what failed. Then all older ones are as they were.
    package mutating func write(_ snapshot: Snapshot) throws(SagaLogError) -> Written {
        let path = path(LogFiles.snapshot(snapshot.lsn))
        let bytes = try SnapshotFile.encode(snapshot, path: path)
        try SnapshotFile.write(bytes, to: path)
        sound.insert(snapshot.lsn)

        let (kept, old) = try sorted(after: snapshot.lsn)
        var left = 0
        for lsn in old {
            do throws(SagaLogError) { try remove(self.path(LogFiles.snapshot(lsn))) } catch { left += 1 }
            sound.remove(lsn)
        }
        return Written(lsn: snapshot.lsn, bytes: bytes.count, kept: kept, left: left)
    }

    /// Which ones to keep, and which ones are older than those.
    private mutating func sorted(after newest: LSN) throws(SagaLogError) -> (kept: [LSN], old: [LSN]) {
        var (kept, old): ([LSN], [LSN]) = ([newest], [])
        for lsn in try list() where lsn < newest {
            if kept.count == Self.kept {
                old.append(lsn)
            } else if sound.contains(lsn) || SnapshotFile.isSound(path(LogFiles.snapshot(lsn))) {
                sound.insert(lsn)
                kept.append(lsn)
            }
        }
        return (kept, old)
    }

    private func path(_ name: String) -> String { directory + "/" + name }

    private func remove(_ path: String) throws(SagaLogError) {
        guard unlink(path) != 0, errno != ENOENT else { return }
        throw .file(operation: "remove", path: path, code: errno)
    }
}
