public import SagaTelemetry

/// Where the records of sagas are kept.
///
/// ``SagaLog``, a directory of files, is the first one; stores that several machines share are to follow, so nothing here is
/// of files. `Tests/SagaLogTests/Conformance` is what every store has to pass.
public protocol SagaLogStore: Sendable {
    /// Records in the order of their LSNs.
    associatedtype Records: AsyncSequence<LogRecord, any Error> & Sendable

    /// Of the one who may write now.
    var epoch: UInt32 { get }

    /// Bytes that the payload of a record can have, whatever its name is.
    var maximumPayload: Int { get }

    /// Writes records of one run as one batch, and returns when they are durable.
    ///
    /// A record whose number the run has already is not written again; the answer is the LSN it has.
    /// - Parameter epoch: of who asks; one that is over is refused.
    /// - Returns: the last record's LSN.
    @discardableResult
    func append(_ entries: [LogEntry], run: TraceID, epoch: UInt32) async throws(SagaLogError) -> LSN

    /// The last record that is durable.
    func durablePosition() async throws(SagaLogError) -> LSN

    /// The record that closed a run; nil when the run is not closed, or was so long ago that nothing is known of it.
    func closing(of run: TraceID) async throws(SagaLogError) -> LSN?

    /// The runs that are open.
    func openRuns() async throws(SagaLogError) -> [RunStatus]

    /// The durable records from this one on, up to the last there is when it is asked for.
    func records(from first: LSN) async throws(SagaLogError) -> Records

    /// The durable records from this one on, and further ones as they come.
    func tail(from first: LSN) async throws(SagaLogError) -> Records

    /// Takes a snapshot of what is durable, so that what came before can be given up.
    /// - Parameter application: what the application keeps beside.
    /// - Returns: the last record that is in it.
    @discardableResult
    func takeSnapshot(application: [UInt8]?) async throws(SagaLogError) -> LSN

    /// The newest snapshot that is sound.
    func newestSnapshot() async throws(SagaLogError) -> LogSnapshot?

    /// Takes or renews a lease: what the name stands for is this owner's until it expires.
    /// - Returns: nil while it is somebody else's.
    func acquireLease(_ name: String, owner: String, for duration: Duration) async throws(SagaLogError) -> LogLease?

    /// Gives it back, if it is still the owner's.
    func releaseLease(_ lease: LogLease) async throws(SagaLogError)
}

/// What the records up to an LSN come to.
public struct LogSnapshot: Sendable, Hashable {
    public var lsn: LSN
    public var epoch: UInt32
    /// Unix ns.
    public var taken: UInt64
    /// The open runs, each with all its records, so that it can go on.
    public var runs: [RunHistory]
    /// What the application kept beside.
    public var application: [UInt8]?

    public init(lsn: LSN, epoch: UInt32, taken: UInt64, runs: [RunHistory], application: [UInt8]?) {
        self.lsn = lsn
        self.epoch = epoch
        self.taken = taken
        self.runs = runs
        self.application = application
    }
}

extension LogSnapshot {
    init(_ snapshot: Snapshot) {
        let runs = snapshot.state.runs.map {
            RunHistory(status: $0, records: snapshot.state.records(of: $0.run))
        }
        self.init(
            lsn: snapshot.lsn, epoch: snapshot.epoch, taken: snapshot.created, runs: runs,
            application: snapshot.application.isEmpty ? nil : snapshot.application)
    }
}

/// A run and its records.
public struct RunHistory: Sendable, Hashable {
    public var status: RunStatus
    public var records: [LogRecord]

    public init(status: RunStatus, records: [LogRecord]) {
        self.status = status
        self.records = records
    }
}

/// A claim on what a name stands for, until it expires.
public struct LogLease: Sendable, Hashable {
    public var name: String
    public var owner: String
    /// Grows with each new owner: what comes with a smaller one is from an owner that is none any more.
    public var token: LSN
    /// Unix ns.
    public var expires: UInt64

    public init(name: String, owner: String, token: LSN, expires: UInt64) {
        self.name = name
        self.owner = owner
        self.token = token
        self.expires = expires
    }
}
