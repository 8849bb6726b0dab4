import SagaLog
import SagaTelemetry

/// A run as the coordinator has it in memory: for tools and pages.
public struct RunReport: Codable, Sendable, Hashable {
    public struct Step: Codable, Sendable, Hashable {
        public var name: String
        /// `idle`, `started`, `committed`, `failed`, `refused`, `undoing`, `undone`, `stuck` (a dead letter), `resolved`.
        public var state: String
        /// How often it was begun, and its compensation.
        public var attempts: Int
        public var compensations: Int
    }

    public var run: String
    /// The application's own id.
    public var id: String
    public var saga: String
    public var version: Int
    /// `saga.run.state`, or `quarantined`.
    public var state: String
    public var steps: [Step]
    /// Unix ns of its beginning.
    public var started: UInt64
    /// Of its last durable record, and how many it has.
    public var lsn: UInt64
    public var records: Int
    public var error: RecordedError?
    public var deadLetters: [String]
    /// The trace that tells of it, where it was recorded.
    public var trace: String?
    /// Why it was set aside, or is not being worked on.
    public var attention: String?
}

extension RunReport {
    init(_ live: LiveRun) {
        let (machine, lsn) = live.journal.standing
        let names = live.blueprint.graph.names
        var attention = live.journal.failure.map { "\($0)" }
        if case .failure(let error) = live.outcome.value { attention = "\(error)" }
        self.init(
            run: live.id.description, id: live.key, saga: live.blueprint.name, version: Int(live.blueprint.version),
            state: machine.state.description,
            steps: zip(names, machine.steps).map {
                Step(name: $0, state: $1.state.rawValue, attempts: $1.attempt, compensations: $1.undoAttempt)
            },
            started: live.started, lsn: lsn.rawValue, records: Int(machine.records), error: live.error,
            deadLetters: machine.steps(in: .stuck).map { names[$0] },
            trace: (live.resumes?.traceID ?? live.id).description, attention: attention)
    }

    init(_ run: QuarantinedRun) {
        self.init(
            run: run.run.description, id: "", saga: run.saga, version: 0, state: "quarantined", steps: [], started: 0,
            lsn: 0, records: 0, error: nil, deadLetters: [], trace: nil, attention: run.reason)
    }
}
