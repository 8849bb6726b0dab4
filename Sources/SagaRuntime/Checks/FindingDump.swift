import SagaLog
import TaskInspection

/// What is kept of a run when something is wrong with it: what a file in ``CoordinatorOptions/dumpDirectory`` has.
public struct FindingDump: Codable, Sendable {
    /// Of this form.
    public var version = 1
    /// Unix ns.
    public var time: UInt64
    public var run: String
    /// `drift`: memory and log differ, and ``finding`` says how. `recovery`: its history is not what its definition allows.
    /// `illegal_record`: what was to be written would have contradicted the log.
    public var reason: String
    public var message: String
    public var finding: RunFinding?
    /// As it was in memory, before anything was done about it.
    public var report: RunReport?
    /// The run's last ones in the log, oldest first.
    public var records: [Record] = []
    /// Of the run's records, how many more there are.
    public var leftOut = 0
    /// Why the records could not be read.
    public var recordsError: String?
    /// The run's tasks and their async stacks, when tasks are tracked.
    public var tasks: TaskDump?
    /// Where the flight recording is, when one was on and none was written within the last minute.
    public var flightRecording: String?

    public struct Record: Codable, Sendable, Hashable {
        public var lsn: UInt64
        public var sequence: UInt32
        public var epoch: UInt32
        /// Unix ns.
        public var time: UInt64
        public var kind: String
        public var name: String
        public var step: UInt32
        public var attempt: UInt16
        /// As text, and no more of it than 1,024 bytes.
        public var payload: String
        /// Of the whole payload.
        public var payloadBytes: Int
    }
}

extension FindingDump {
    static let recordLimit = 50
    private static let payloadLimit = 1_024

    /// The last of these that there is room for.
    mutating func keep(_ history: RunTail) {
        records = history.records.map { Record($0, payloadLimit: Self.payloadLimit) }
        leftOut = history.count - records.count
    }
}

extension FindingDump.Record {
    init(_ record: LogRecord, payloadLimit: Int) {
        let entry = record.entry
        self.init(
            lsn: record.lsn.rawValue, sequence: entry.sequence, epoch: record.epoch, time: record.time,
            kind: entry.kind.description, name: entry.name, step: entry.step, attempt: entry.attempt,
            payload: String(decoding: entry.payload.prefix(payloadLimit), as: UTF8.self),
            payloadBytes: entry.payload.count)
    }
}
