public import SagaTelemetry

/// A record as it stands in the log.
public struct LogRecord: Sendable, Hashable {
    public var lsn: LSN
    /// The first record of what was made durable by the same sync. Nothing of the next sync's is written before this is over,
    /// which tells a torn tail from corruption.
    public var group: LSN
    /// The first and the last record of the batch that it was handed over in: all of them are there, or none.
    public var batch: ClosedRange<LSN>
    /// The writer's: one more each time the log is opened for writing.
    public var epoch: UInt32
    /// Unix ns.
    public var time: UInt64
    /// All zeros in records of the log itself.
    public var run: TraceID
    public var entry: LogEntry

    public var kind: LogRecordKind { entry.kind }

    public init(
        lsn: LSN, group: LSN, batch: ClosedRange<LSN>, epoch: UInt32, time: UInt64, run: TraceID, entry: LogEntry
    ) {
        self.lsn = lsn
        self.group = group
        self.batch = batch
        self.epoch = epoch
        self.time = time
        self.run = run
        self.entry = entry
    }
}
