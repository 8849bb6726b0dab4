/// One transition of one task, as a thread noted it.
public struct FlightEvent: Sendable, Equatable {
    /// Nanoseconds since the Unix epoch; differences within a recording are of the monotonic clock.
    public var time: UInt64
    public var kind: Kind
    public var task: UInt64
    /// The creator of a created task, or the task that woke one that is ready; 0 where no task did. The warning's number.
    public var other: UInt64
    /// What the task was known as, as an index that its saga gave; 0 where that was not noted.
    public var label: UInt32
    /// Who noted it: a position in ``FlightRecording/threads``.
    public var thread: UInt32

    public init(
        time: UInt64, _ kind: Kind, task: UInt64, other: UInt64 = 0, label: UInt32 = 0, thread: UInt32 = 0
    ) {
        self.time = time
        self.kind = kind
        self.task = task
        self.other = other
        self.label = label
        self.thread = thread
    }

    /// The raw values are those of `sgs_flight.h`.
    public enum Kind: UInt8, Sendable, CaseIterable {
        case created = 1
        /// Enqueued: from here on it waits for a thread or for an actor.
        case ready
        case running
        /// Suspended, noted by the thread that had run it.
        case blocked
        case ended
        /// Its label has changed.
        case step
        case warning
    }
}
