import SagaLog
import SagaRuntime
import SagaTelemetry

/// A run as its records tell of it. Unlike the coordinator's machine it knows no definition, so that it can be made from a log
/// alone, and takes what it finds: what is illegal is a problem to be told of.
package struct RecordedRun: Codable, Sendable, Equatable {
    package struct Step: Codable, Sendable, Equatable {
        package var index: Int
        package var name: String
        /// As in ``RunReport/Step``.
        package var state = "idle"
        package var attempts = 0
        package var compensations = 0
    }

    package var run: String
    /// The application's own id; empty when the first record is missing or cannot be read.
    package var key = ""
    package var saga = ""
    package var version = 0
    /// `saga.run.state`
    package var state = RunState.pending.description
    /// Those that something is told of, by their indices.
    package var steps: [Step] = []
    package var startedUnixNano: UInt64
    package var changedUnixNano: UInt64
    package var lsn: UInt64
    package var records = 0
    package var epoch: UInt32
    package var error: RecordedError?
    /// `saga.result`; nil until it is closed.
    package var result: String?
    /// The trace that its first record names; nil when it was not recorded.
    package var trace: String?
    /// Records that cannot be read, or that are missing.
    package var problems: [String] = []

    static let shownProblems = 10

    /// - Parameter records: one run's, in the order of their LSNs.
    /// - Returns: nil for none.
    package init?(_ records: some Sequence<LogRecord>) {
        var run: RecordedRun?
        for record in records {
            if run == nil { run = RecordedRun(first: record) }
            run?.apply(record)
        }
        guard let run else { return nil }
        self = run
    }

    package init(first record: LogRecord) {
        run = record.run.description
        (startedUnixNano, changedUnixNano) = (record.time, record.time)
        (lsn, epoch) = (record.lsn.rawValue, record.epoch)
        if record.entry.trace.spanID.isValid { trace = record.entry.trace.traceID.description }
        if record.kind != .runStarted { note(problem: "its first record is missing") }
    }

    package var deadLetters: [String] { steps.filter { $0.state == "stuck" }.map(\.name) }

    mutating func note(problem: String) {
        if problems.count < Self.shownProblems { problems.append(problem) }
    }

    /// The step of a record, and where it is.
    func position(of index: Int) -> Int? { steps.firstIndex { $0.index == index } }
}
