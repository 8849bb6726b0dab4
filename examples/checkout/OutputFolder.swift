import Foundation

/// The folder that a run leaves its files in.
struct OutputFolder: Sendable {
    let path: String

    var traces: String { path + "/otlp.jsonl" }
    var metrics: String { path + "/metrics.prom" }
    var summary: String { path + "/summary.json" }
    /// A directory.
    var log: String { path + "/log" }

    /// Of an orchestrator that is a process of its own: its spans, and what it says in the end.
    func traces(ofLife life: Int) -> String { path + "/life-\(life).jsonl" }
    func report(ofLife life: Int) -> String { path + "/life-\(life).json" }

    func database(of participant: String) -> String { path + "/\(participant).sqlite" }

    /// Creates the folder where it is missing, and removes what an earlier run left in it: those files and no others.
    ///
    /// - Throws: ``DemoError/cannotWrite(_:reason:)``.
    func prepare() throws {
        let databases = ["stock", "payment", "shipping"].map(database(of:))
        let files =
            ([traces] + [1, 2].map(traces(ofLife:))).flatMap { TraceFile(path: $0).paths }
            + [metrics, summary, log] + [1, 2].map(report(ofLife:))
            + databases.flatMap { [$0, $0 + "-wal", $0 + "-shm"] }
        try Self.explaining(path) {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for file in files where FileManager.default.fileExists(atPath: file) {
                try FileManager.default.removeItem(atPath: file)
            }
        }
        // Found out now rather than after the run.
        try write([], to: summary)
    }

    /// - Throws: ``DemoError/cannotWrite(_:reason:)``.
    func write(_ bytes: [UInt8], to file: String) throws {
        try Self.explaining(file) { try Data(bytes).write(to: URL(fileURLWithPath: file)) }
    }

    private static func explaining(_ path: String, _ work: () throws -> Void) throws {
        do {
            try work()
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error ?? error
            throw DemoError.cannotWrite(path, reason: Int32((cause as NSError).code))
        }
    }
}
