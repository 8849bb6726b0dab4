public import SagaTelemetry

/// `saga.run.state`, as the log knows it.
public enum RunState: UInt8, Sendable, Hashable, Codable, CaseIterable {
    case pending, running, suspended, compensating, closed
}

extension RunState: CustomStringConvertible {
    public var description: String {
        switch self {
        case .pending: "pending"
        case .running: "running"
        case .suspended: "suspended"
        case .compensating: "compensating"
        case .closed: "closed"
        }
    }
}

/// Where a run stands: what its records, one after the other, come to.
public struct RunStatus: Sendable, Hashable {
    public var run: TraceID
    public var saga: String
    public var state: RunState
    /// The step that was told of last; empty before the first.
    public var step: String
    public var attempt: UInt16
    /// Its last record.
    public var lsn: LSN
    public var sequence: UInt32
    public var epoch: UInt32
    /// Unix ns of its first and its last record.
    public var started: UInt64
    public var changed: UInt64

    public init(
        run: TraceID, saga: String, state: RunState = .pending, step: String = "", attempt: UInt16 = 0,
        lsn: LSN = .none,
        sequence: UInt32 = 0, epoch: UInt32 = 0, started: UInt64 = 0, changed: UInt64 = 0
    ) {
        self.run = run
        self.saga = saga
        self.state = state
        self.step = step
        self.attempt = attempt
        self.lsn = lsn
        self.sequence = sequence
        self.epoch = epoch
        self.started = started
        self.changed = changed
    }

    /// A run's first record.
    public init(_ record: LogRecord) {
        self.init(run: record.run, saga: record.kind == .runStarted ? record.entry.name : "", started: record.time)
        apply(record)
    }

    /// Its next record.
    public mutating func apply(_ record: LogRecord) {
        (lsn, sequence, epoch, changed) = (record.lsn, record.entry.sequence, record.epoch, record.time)
        state = state.after(record.kind)
        if record.kind.isOfStep { (step, attempt) = (record.entry.name, record.entry.attempt) }
    }
}

extension RunState {
    /// The state that a record of this kind leads to; one that says nothing of it leaves it as it is.
    public func after(_ kind: LogRecordKind) -> RunState {
        switch kind {
        case .runStarted: .running
        case .stepStarted, .stepCommitted, .stepFailed: self == .pending || self == .suspended ? .running : self
        case .compensationStarted, .compensationCommitted, .compensationFailed: .compensating
        case .runSuspended: .suspended
        case .runClosed: .closed
        default: self
        }
    }
}

extension LogRecordKind {
    /// Whether the record's name is a step's.
    public var isOfStep: Bool { (17...22).contains(rawValue) }
}
