/// What a record says of its run, or of the log itself. Numbers that are not listed are kept and passed on as they are.
public struct LogRecordKind: RawRepresentable, Sendable, Hashable, Codable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    // MARK: of the log itself; they belong to no run

    /// The log was opened for writing: its epoch is a new one from here on.
    public static let opened = Self(rawValue: 1)
    /// Nothing below the LSN in the payload may be recovered from.
    public static let minimumRaised = Self(rawValue: 2)
    /// A lease was taken, renewed or given back; the payload says which.
    public static let lease = Self(rawValue: 3)

    // MARK: of a run

    public static let runStarted = Self(rawValue: 16)
    public static let stepStarted = Self(rawValue: 17)
    public static let stepCommitted = Self(rawValue: 18)
    public static let stepFailed = Self(rawValue: 19)
    public static let compensationStarted = Self(rawValue: 20)
    public static let compensationCommitted = Self(rawValue: 21)
    public static let compensationFailed = Self(rawValue: 22)
    public static let runSuspended = Self(rawValue: 23)
    public static let runClosed = Self(rawValue: 24)
    /// What the application writes down beside.
    public static let note = Self(rawValue: 25)

    public var isOfRun: Bool { rawValue >= 16 }

    /// Whether it ends something that has begun. On a full disk such records still have room (``SagaLogOptions/reserveBytes``).
    public var isClosing: Bool {
        switch self {
        case .stepCommitted, .stepFailed, .compensationStarted, .compensationCommitted, .compensationFailed,
            .runSuspended, .runClosed, .opened, .lease:
            true
        default: false
        }
    }
}

extension LogRecordKind: CustomStringConvertible {
    /// As the tools show it: `step_committed`, or `kind_77` for one that is not known.
    public var description: String { Self.names[rawValue] ?? "kind_\(rawValue)" }

    private static let names: [UInt8: String] = [
        1: "opened", 2: "minimum_raised", 3: "lease", 16: "run_started", 17: "step_started", 18: "step_committed",
        19: "step_failed", 20: "compensation_started", 21: "compensation_committed", 22: "compensation_failed",
        23: "run_suspended", 24: "run_closed", 25: "note",
    ]
}
