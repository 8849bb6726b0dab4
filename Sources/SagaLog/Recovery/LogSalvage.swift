import Glibc

/// Copies what can be kept of a damaged log into a new directory, which is there when all of it is, or not at all.
///
/// ```
/// OUT/                             everything before the first damage, with the snapshots of it: a log that can be opened
/// OUT/after-00000000000003e8/      sound records behind a damage, from this LSN on without a gap: to be read, not opened
/// ```
public enum LogSalvage {
    public struct Report: Sendable, Hashable, Codable {
        /// Records without a gap, in a directory of their own.
        public struct Part: Sendable, Hashable, Codable {
            /// In the new directory; empty for the log that can be opened.
            public var directory: String
            public var first: LSN
            public var last: LSN
            public var records: UInt64
        }

        /// nil when nothing comes before the first damage.
        public var log: Part?
        public var after: [Part] = []
        /// Snapshots that were copied.
        public var snapshots: [String] = []
        /// What is lost.
        public var damages: [LogDamage] = []
        public var torn: LogReport.Torn?
    }

    /// - Parameters:
    ///   - directory: the damaged log's; nothing is written there.
    ///   - target: a directory that is not there yet, or is empty.
    ///   - durable: the last record that is known to have been durable.
    /// - Throws: ``SagaLogError/file(operation:path:code:)``: the target is not empty, the log cannot be read, or the copy cannot
    ///   be written; there is no target then.
    public static func run(
        directory: String, target: String, durable: LSN = .none,
        progress: @escaping (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) throws -> Report {
        let source = try LogDirectory(directory, pastCache: true)
        let target = target.count > 1 && target.hasSuffix("/") ? String(target.dropLast()) : target
        if access(target, F_OK) == 0, try !OpenFile.names(in: target).isEmpty {
            throw SagaLogError.file(operation: "salvage into", path: target, code: ENOTEMPTY)
        }
        let unfinished = target + ".unfinished"
        try SalvageFiles.make(unfinished)
        do {
            let report = try copy(source, to: unfinished, durable, progress)
            try OpenFile.syncDirectory(unfinished)
            try OpenFile.rename(unfinished, to: target)
            try OpenFile.syncDirectory(SalvageFiles.parent(of: target))
            return report
        } catch {
            SalvageFiles.remove(unfinished)
            throw error
        }
    }

    private static func copy(
        _ source: LogDirectory, to target: String, _ durable: LSN,
        _ progress: @escaping (_ done: UInt64, _ of: UInt64) -> Void
    ) throws -> Report {
        var walk = LogWalk(source, durable: durable, pastCache: true)
        walk.progress = progress
        var report = Report()
        var part: SalvagePart?
        try walk.run { record in
            if part?.takes(record) != true {
                try part?.close(into: &report)
                part = try SalvagePart(target, first: record, isOpenable: record.damages == 0)
            }
            try part?.add(record)
        }
        try part?.close(into: &report)
        (report.damages, report.torn) = (walk.report.damages, walk.report.torn)
        for snapshot in source.snapshots {
            guard let last = report.log?.last, snapshot.lsn <= last, SnapshotFile.isSound(source.path(snapshot.name))
            else {
                continue
            }
            try SalvageFiles.copy(source.path(snapshot.name), to: target + "/" + snapshot.name)
            report.snapshots.append(snapshot.name)
        }
        return report
    }
}
