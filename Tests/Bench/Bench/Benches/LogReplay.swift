import CFloor
import Foundation
import SagaLog
import SagaTelemetry

/// Reading a log of 128-byte records from its beginning, each of them checked, as it is done when it is opened or verified; from
/// memory, or from the disk.
final class LogReplay: Bench {
    let unit = TimeUnit.perSecond
    let referenceName = "C read + CRC-32C"
    let operations = 6_000 * LogReplay.batch
    let passes = 1
    private let directory: BenchDirectory
    private let path: String
    private let isCold: Bool
    private static let batch = 256

    init(isCold: Bool) async throws {
        self.isCold = isCold
        directory = try BenchDirectory()
        path = directory.path + "/log"
        var options = SagaLogOptions()
        options.snapshotEvery = 0
        let log = try SagaLog.open(path, options: options)
        defer { log.close() }
        let run = log.run(.random())
        for batch in 0..<operations / Self.batch {
            try await run.commit((0..<Self.batch).map { BenchLog.entry(batch * Self.batch + $0) })
        }
    }

    func pass(_ meter: inout Meter) async throws {
        try forget()
        var records: UInt64 = 0
        try meter.measure { records = try LogScan.run(directory: path).records }
        // And the one that says that it was opened.
        try require(records == operations + 1, "\(records) records were read")
    }

    func referencePass(_ meter: inout Meter) async throws {
        try forget()
        var records: Int64 = 0
        meter.measure {
            for file in segments { records += floor_log_read(file) }
        }
        try require(records == operations + 1, "the floor has read \(records) records")
    }

    private var segments: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.utf8.count == 24 && $0.hasSuffix(".segment") }.sorted().map { path + "/" + $0 }
    }

    /// Has the kernel drop what it holds of the files.
    private func forget() throws {
        guard isCold else { return }
        for file in segments { try require(floor_file_forget(file) == 0, "\(file) stays in memory") }
    }
}
