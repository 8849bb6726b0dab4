/// The last transitions of a process, ordered by time.
public struct FlightRecording: Sendable, Equatable {
    public var events: [FlightEvent]
    /// The OS ids of the threads, by ``FlightEvent/thread``.
    public var threads: [Int32]
    /// When it was taken, in nanoseconds since the Unix epoch.
    public var time: UInt64
    /// The same moment by `CLOCK_BOOTTIME`, the clock of system-wide traces.
    public var bootTime: UInt64
    public var process: ProcessIdentity
    /// Events that had found no room, since the process began.
    public var dropped: UInt64

    public init(
        events: [FlightEvent], threads: [Int32] = [], time: UInt64, bootTime: UInt64, process: ProcessIdentity,
        dropped: UInt64 = 0
    ) {
        self.events = events
        self.threads = threads
        self.time = time
        self.bootTime = bootTime
        self.process = process
        self.dropped = dropped
    }
}
