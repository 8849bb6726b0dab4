import SagaTelemetry

/// What the log tells of itself.
final class LogInstruments: LogWriter.CommitObserver {
    func committed(nanoseconds: UInt64) {}
    func committed(_ group: borrowing CommitQueue.Group, syncNanoseconds: UInt64) {}
    func tick() {}
}
