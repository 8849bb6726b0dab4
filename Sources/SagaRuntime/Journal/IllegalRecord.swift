import SagaLog

/// A record that cannot follow those before it.
public struct IllegalRecord: Error, Sendable, Hashable {
    public var record: String
    /// Its number in the run.
    public var sequence: UInt32
    public var step: String?
    public var reason: String

    init(_ entry: LogEntry, _ reason: String) {
        record = entry.kind.description
        sequence = entry.sequence
        step = entry.kind.isOfStep ? entry.name : nil
        self.reason = reason
    }
}

extension IllegalRecord: CustomStringConvertible {
    public var description: String {
        "record \(sequence) (\(record)\(step.map { " of \($0)" } ?? "")) cannot stand here: \(reason)"
    }
}
