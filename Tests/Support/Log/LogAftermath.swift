import Foundation

/// What a test looks at once a writer is gone.
public enum LogAftermath {
    /// Reads the files as they are; see ``LogOracle``. Nothing is there of a writer that never came so far.
    public static func faults(
        _ directory: String, certain: [LogTold.Acknowledged], payload: Int = 200
    ) throws -> [String] {
        guard FileManager.default.fileExists(atPath: directory) else {
            return certain.isEmpty ? [] : ["there is no \(directory)"]
        }
        return LogOracle.faults(in: try JudgedLog(directory), certain: certain, payload: payload)
    }

    /// Writes everything once more, from each run's first record on: what is there already is answered with its place, and
    /// nothing is there twice.
    public static func faultsAfterRepeating(
        _ directory: String, certain: [LogTold.Acknowledged], tasks: Int, commits: Int, payload: Int = 200
    ) async throws -> [String] {
        let run = try await FixtureRun(
            directory, ["tasks=\(tasks)", "commits=\(commits)", "payload=\(payload)", "again=1"])
        guard run.told.isClosed, run.told.failures.isEmpty else {
            return ["the repetition failed: \(run.told.refusal ?? "") \(run.told.failures) \(run.errors)"]
        }
        var faults = try self.faults(directory, certain: certain + run.told.acknowledged, payload: payload)
        let log = try JudgedLog(directory)
        if let torn = log.torn { faults.append("still torn: \(torn)") }
        let records = log.records.count { $0.task != nil }
        if records != tasks * commits { faults.append("\(records) records in place of \(tasks * commits)") }
        return faults
    }
}
