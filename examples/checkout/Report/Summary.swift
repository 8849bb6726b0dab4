import Foundation
import Sagascope

/// The figures of a run: what the table shows and `summary.json` holds.
struct Summary: Codable, Sendable {
    struct StepFigures: Codable, Sendable {
        var runs: Int
        var attempts: Int
        var failedAttempts: Int
        /// Attempts that were cancelled before they reached the step: only the telemetry has seen them.
        var unbegunAttempts: Int
        /// Of single attempts.
        var p50Milliseconds: Double
        var p95Milliseconds: Double
        var p99Milliseconds: Double
    }

    /// Where the tasks of the saga spent their time, in seconds over all of them.
    struct TaskTime: Codable, Sendable {
        var busySeconds: Double
        var readySeconds: Double
        var blockedSeconds: Double

        var total: Double { busySeconds + readySeconds + blockedSeconds }
    }

    /// What became of the records of one signal.
    struct SignalFigures: Codable, Sendable {
        var created: Int
        var exported: Int
        var rejected: Int
        var dropped: [String: Int]
        var inFlight: Int
    }

    /// The saga log at the end of the run.
    struct LogFigures: Codable, Sendable {
        /// What a stage has not come to yet.
        struct Lag: Codable, Sendable {
            var records: Int
            var seconds: Double
        }

        var records: Int
        var groupCommits: Int
        var meanCommitMilliseconds: Double
        var lag: [String: Lag]
    }

    struct Telemetry: Codable, Sendable {
        var destination: String
        var spans: SignalFigures
        var events: SignalFigures
        var metricPoints: SignalFigures
    }

    var orders: Int
    /// Smaller than `orders` when the run was interrupted.
    var ordersRun: Int
    var engine: EngineChoice
    var seed: UInt64
    var elapsedSeconds: Double
    var runs: [String: Int]
    /// Of each result other than success, what stopped the runs.
    var reasons: [String: [String: Int]]
    var steps: [String: StepFigures]
    var compensations: [String: Int]
    /// Absent when task tracking is off.
    var taskTime: TaskTime?
    /// What the runs' time was spent on, in seconds over all of them: by step, and under "" what lay between steps.
    var criticalPath: [String: Double]
    var log: LogFigures
    var telemetry: Telemetry
    var adminAddress: String?
    var consistent: Bool
    /// At most ``disagreementLimit`` of them.
    var disagreements: [String]

    static let disagreementLimit = 20

    func json() throws -> [UInt8] { try SummaryCoding.json(self) }
}

enum SummaryCoding {
    /// For people and programs, with a line's end.
    static func json(_ summary: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(summary)) + [UInt8(ascii: "\n")]
    }
}

extension Summary.StepFigures {
    init(_ times: RunLedger.StepTimes, measured: Int) {
        let sorted = times.attempts.sorted()
        self.init(
            runs: times.runs,
            attempts: times.attempts.count,
            failedAttempts: times.failed,
            unbegunAttempts: measured - times.attempts.count,
            p50Milliseconds: sorted.percentile(0.50) * 1_000,
            p95Milliseconds: sorted.percentile(0.95) * 1_000,
            p99Milliseconds: sorted.percentile(0.99) * 1_000
        )
    }
}

extension [Double] {
    /// The nearest-rank percentile of a rising list: the smallest value that at least this share does not exceed.
    fileprivate func percentile(_ share: Double) -> Double {
        guard !isEmpty else { return 0 }
        return self[Swift.max(0, Int((share * Double(count)).rounded(.up)) - 1)]
    }
}
