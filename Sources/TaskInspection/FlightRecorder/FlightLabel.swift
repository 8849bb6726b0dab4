/// How a trace names a task.
public struct FlightLabel: Sendable, Equatable, Hashable {
    /// What its track is shown under: the saga run. Tasks with equal ones stand together.
    public var track: String
    /// What it is in there: its step, or its own name.
    public var name: String

    public init(track: String, name: String) {
        self.track = track
        self.name = name
    }
}
