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
    ///   - isSound: whether a snapshot, given by its file's path, can be used. All are copied without it.
    /// - Throws: ``SagaLogError/file(operation:path:code:)``: the target is not empty, the log cannot be read, or the copy cannot
    ///   be written; there is no target then.
    public static func run(
        directory: String, target: String, durable: LSN = .none, isSound: (_ snapshot: String) -> Bool = { _ in true },
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
            let report = try copy(source, to: unfinished, durable, isSound, progress)
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
        _ source: LogDirectory, to target: String, _ durable: LSN, _ isSound: (String) -> Bool,
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
            guard let last = report.log?.last, snapshot.lsn <= last, isSound(source.path(snapshot.name)) else {
                continue
            }
            try SalvageFiles.copy(source.path(snapshot.name), to: target + "/" + snapshot.name)
            report.snapshots.append(snapshot.name)
        }
        return report
    }
}

/// Records without a gap, as they are written to a directory.
private final class SalvagePart {
    private let path: String
    private let isOpenable: Bool
    private let damages: Int
    private var part: LogSalvage.Report.Part
    private var header: SegmentHeader?
    private var file: SalvageFile?
    /// Of the records in it.
    private var firstLSN = LSN.none

    init(_ target: String, first: LogWalk.Record, isOpenable: Bool) throws(SagaLogError) {
        let directory = isOpenable ? "" : "after-" + LogFiles.snapshot(first.lsn).prefix(16)
        path = isOpenable ? target : target + "/" + directory
        if !isOpenable { try SalvageFiles.make(path) }
        part = .init(directory: directory, first: first.lsn, last: LSN(first.lsn.rawValue - 1), records: 0)
        self.isOpenable = isOpenable
        damages = first.damages
    }

    func takes(_ record: LogWalk.Record) -> Bool {
        record.lsn == part.last.advanced(by: 1) && (record.damages == damages || !isOpenable)
    }

    func add(_ record: LogWalk.Record) throws(SagaLogError) {
        if header != record.segment {
            try closeFile()
            file = try SalvageFile(path + "/" + LogFiles.segment(record.segment.number))
            header = record.segment
            firstLSN = record.lsn
        }
        try file?.append(record.bytes)
        part.last = record.lsn
        part.records += 1
    }

    /// The file's header: the segment's own, unless not all of the segment's records before the end are in it.
    private func closeFile() throws(SagaLogError) {
        guard var header, let file else { return }
        if !isOpenable {
            header.first = firstLSN
            // As much as is needed, and length 0 behind the last record.
            header.size = UInt64((file.end + 8 + 4095) & ~4095)
        }
        try file.close(header)
        self.file = nil
        self.header = nil
    }

    func close(into report: inout LogSalvage.Report) throws(SagaLogError) {
        try closeFile()
        try OpenFile.syncDirectory(path)
        if isOpenable { report.log = part } else { report.after.append(part) }
    }
}

/// A segment that is written through a buffer.
private final class SalvageFile {
    private let file: OpenFile
    private(set) var end = SegmentHeader.bytes
    private var buffer: [UInt8] = []
    private static let capacity = 1 << 20

    init(_ path: String) throws(SagaLogError) {
        file = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL, operation: "make")
        buffer.reserveCapacity(Self.capacity + RecordFormat.maximumBytes)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(SagaLogError) {
        buffer.append(contentsOf: bytes)
        end += bytes.count
        if buffer.count >= Self.capacity { try flush() }
    }

    private func flush() throws(SagaLogError) {
        try file.write(buffer, at: end - buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes what is still to come, zeros up to the segment's size, and the header last: without it the file is no segment.
    func close(_ header: SegmentHeader) throws(SagaLogError) {
        try flush()
        let zeros = [UInt8](repeating: 0, count: Self.capacity)
        for at in stride(from: end, to: max(end, Int(clamping: header.size)), by: zeros.count) {
            try file.write(Array(zeros.prefix(Int(header.size) - at)), at: at)
        }
        var page = [UInt8](repeating: 0, count: SegmentHeader.bytes)
        page.withUnsafeMutableBytes { page in
            if let base = page.baseAddress { header.write(to: base) }
        }
        try file.write(page, at: 0)
        try file.syncData()
    }
}

private enum SalvageFiles {
    static func make(_ directory: String) throws(SagaLogError) {
        guard mkdir(directory, 0o750) == 0 else { throw .file(operation: "make", path: directory, code: errno) }
    }

    static func copy(_ path: String, to target: String) throws(SagaLogError) {
        var window = try FileWindow(path)
        let file = try OpenFile(target, O_WRONLY | O_CREAT | O_EXCL, operation: "make")
        var at = 0
        while at < window.size {
            let bytes = try window.bytes(at: at, atLeast: 1)
            guard bytes.count > 0 else { break }
            try file.write(bytes, at: at)
            at += bytes.count
        }
        try file.syncData()
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Of ours alone: files, and directories of files. What cannot be removed stays, under a name that says what it is.
    static func remove(_ directory: String) {
        for name in (try? OpenFile.names(in: directory)) ?? [] {
            let path = directory + "/" + name
            if unlink(path) != 0 { remove(path) }
        }
        rmdir(directory)
    }
}
