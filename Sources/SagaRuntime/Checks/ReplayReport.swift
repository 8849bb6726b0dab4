/// What came of a replay.
public struct ReplayReport: Sendable, Hashable {
    /// Runs of the sagas that were asked for, from their first records on.
    public internal(set) var runs = 0
    /// Of those, how many are not closed.
    public internal(set) var open = 0
    /// Their records.
    public internal(set) var records = 0
    /// Runs of other sagas, and runs whose first records the log no longer has: passed over.
    public internal(set) var skipped = 0
    /// The first one of each run that has one, in the order of the log; at most 1,000.
    public internal(set) var differences: [ReplayDifference] = []
    /// How many more there are.
    public internal(set) var leftOut = 0
}

/// Where a recorded run and its definition part.
public struct ReplayDifference: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable {
        /// No definition of the run's version was given.
        case unknownVersion = "unknown_version"
        /// The run's input is none of the definition's.
        case input
        /// A step has another name at this index.
        case stepName = "step_name"
        /// What a step has answered is nothing that its key says.
        case output
        /// The record could not have been written after those before it.
        case illegalRecord = "illegal_record"
        /// The steps, or what they wait for, have changed, although no record of this run tells.
        case graph
    }

    public var kind: Kind
    /// `saga.run.id`, and the application's own id.
    public var run: String
    public var id: String
    public var saga: String
    public var version: Int
    /// The record's place, and its number in the run.
    public var lsn: UInt64
    public var sequence: Int
    public var message: String
}

extension ReplayDifference: CustomStringConvertible {
    public var description: String {
        "\(saga) version \(version), run \(id.isEmpty ? run : id), record \(sequence) (LSN \(lsn)): \(message)"
    }
}
