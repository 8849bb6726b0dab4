import CFloor
import Foundation
import SagaLog
import SagaTelemetry

/// A directory below `.build`, so on the project's disk, that is gone with the object.
final class BenchDirectory {
    let path: String

    init() throws {
        path = FileManager.default.currentDirectoryPath + "/.build/bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A log for benches, and its records: 128 bytes each.
final class BenchLog {
    private let directory: BenchDirectory
    let log: SagaLog

    /// - Parameter isAsUsual: with the options that a log has by default, so that segments are made and snapshots taken beside.
    ///   Otherwise there are segments enough, and no snapshots: what remains is committing alone.
    init(_ directory: BenchDirectory, isAsUsual: Bool = false) throws {
        self.directory = directory
        var options = SagaLogOptions()
        if !isAsUsual {
            options.segmentBytes = 256 << 20
            options.snapshotEvery = 0
        }
        let path = directory.path + "/log"
        log = try SagaLog.open(path, options: options)
        while access(path + "/spare.segment", F_OK) != 0 || access(path + "/reserve.segment", F_OK) != 0 {
            usleep(1000)
        }
    }

    deinit { log.close() }

    static func entry(_ sequence: Int) -> LogEntry {
        LogEntry(.note, sequence: UInt32(truncatingIfNeeded: sequence), name: "step", payload: payload)
    }

    private static let payload = [UInt8](repeating: 7, count: 36)

    /// Runs that have no record yet.
    func runs(_ count: Int) -> [LogRun] { (0..<count).map { _ in log.run(.random()) } }

    /// Closes them, so that the log may forget them.
    func close(_ runs: [LogRun]) async throws {
        for run in runs {
            try await run.append(LogEntry(.runClosed, sequence: run.nextSequence, name: "bench"))
        }
        try await log.flush()
    }
}

/// What commits are held against, on the same disk.
final class CommitFloor {
    enum Kind {
        /// Zero-filled blocks, `pwrite`, `fdatasync`, one thread.
        case raw
        /// SQLite with write-ahead log and synchronous=FULL, one connection.
        case sqlite
    }

    private static let bytes: UInt64 = 64 << 20
    private let kind: Kind
    private var file: Int32 = -1
    private var place: UInt64 = 0
    private var database: OpaquePointer?

    init(_ kind: Kind, in directory: BenchDirectory) throws {
        self.kind = kind
        switch kind {
        case .raw:
            file = floor_disk_open(directory.path + "/raw", Self.bytes)
            try require(file >= 0, "no file for raw commits: \(String(cString: strerror(errno)))")
        case .sqlite:
            database = floor_sqlite_open(directory.path + "/sqlite.db")
            try require(database != nil, "no SQLite database")
        }
    }

    deinit {
        if file >= 0 { close(file) }
        if let database { floor_sqlite_close(database) }
    }

    var name: String {
        switch kind {
        case .raw: "raw pwrite + fdatasync"
        case .sqlite: "SQLite WAL FULL"
        }
    }

    /// - Parameter records: of each commit; 1 of a raw one.
    func commit(_ count: Int, records: Int = 1) throws {
        let result =
            switch kind {
            case .raw: floor_disk_commit(file, Self.bytes, &place, UInt64(count))
            case .sqlite: floor_sqlite_commit(database, UInt64(count), UInt64(records))
            }
        try require(result == 0, "\(name) failed: \(String(cString: strerror(errno)))")
    }
}
