/// `saga.log.stage`: what becomes of a record, one after the other.
public enum LogStage: String, Sendable, Hashable, CaseIterable {
    /// In a task's buffer; it has no place in the log yet.
    case buffered
    /// It has its place.
    case appended
    case durable
    /// Visible to other processes.
    case mapped
    /// The application's state has it; who applies tells of it with ``SagaLog/note(_:reached:)``.
    case applied
    case snapshotted
    /// Told of by telemetry; as with `applied`.
    case exported
}

/// How much a stage has before it.
public struct LogLag: Sendable, Hashable {
    /// The last record that has come through; nil where records have no place yet.
    public var reached: LSN?
    public var records: UInt64
    public var bytes: UInt64
    /// Of the oldest of these records.
    public var age: Duration
}
