import SagaLog
import SagaTelemetry

/// The runs of a log, read from its files alone, whether somebody writes it or not. Nothing is written.
package enum LogRuns {
    /// A run's records, and what is wrong with the log.
    package struct Found: Sendable {
        package var records: [LogRecord]
        package var damages: [LogDamage]
    }

    /// One run's records, those that the log still has: all of an open run.
    /// - Throws: ``RunProblem``; ``SagaLogError``
    package static func history(of name: RunName, directory: String, durable: LSN) throws -> Found {
        var matching: [TraceKey: Candidate] = [:]
        for history in try LogScan.newestSnapshot(directory: directory)?.runs ?? [] {
            for record in history.records { take(record, name, &matching) }
        }
        let report = try LogScan.records(directory: directory, from: try first(of: directory), durable: durable) {
            take($0, name, &matching)
        }
        let run = try name.only(of: matching.values, run: \.run, key: \.key)
        return Found(records: run.records, damages: report.damages)
    }

    private typealias TraceKey = String

    private struct Candidate {
        let run: String
        let key: String?
        var records: [LogRecord] = []
    }

    private static func take(_ record: LogRecord, _ name: RunName, _ matching: inout [TraceKey: Candidate]) {
        guard record.kind.isOfRun else { return }
        let run = record.run.description
        if let last = matching[run]?.records.last {
            // It was in the snapshot already.
            if record.lsn > last.lsn { matching[run]?.records.append(record) }
            return
        }
        let key = record.kind == .runStarted ? RecordedRun([record])?.key : nil
        guard name.match(run: run, key: key) != nil else { return }
        matching[run] = Candidate(run: run, key: key, records: [record])
    }

    private static func first(of directory: String) throws -> LSN {
        try LogScan.segmentFirsts(directory: directory).first ?? .first
    }

    /// Of these runs, the steps that wait for somebody.
    /// - Throws: ``SagaLogError``
    package static func deadLetters(of runs: Set<String>, directory: String, durable: LSN) throws -> [String: [String]]
    {
        var recorded: [String: RecordedRun] = [:]
        func take(_ record: LogRecord) {
            guard record.kind.isOfRun, case let run = record.run.description, runs.contains(run) else { return }
            guard let known = recorded[run] else {
                recorded[run] = RecordedRun([record])
                return
            }
            if record.lsn.rawValue > known.lsn { recorded[run]?.apply(record) }
        }
        for history in try LogScan.newestSnapshot(directory: directory)?.runs ?? [] { history.records.forEach(take) }
        _ = try LogScan.records(directory: directory, from: try first(of: directory), durable: durable, take)
        return recorded.mapValues(\.deadLetters)
    }
}
