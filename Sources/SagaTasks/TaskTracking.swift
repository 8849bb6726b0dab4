import Synchronization

/// The switch of tier 1 and its one setting. Off until `Sagascope.bootstrap()`; off, a saga runs where it always ran.
public enum TaskTracking {
    private static let enabled = Atomic<Bool>(false)
    private static let threshold = Atomic<UInt64>(250_000_000)

    public static var isEnabled: Bool {
        get { enabled.load(ordering: .relaxed) }
        set { enabled.store(newValue, ordering: .relaxed) }
    }

    /// A task that is blocked for this long, in ns, is told of by events.
    public static var blockedThreshold: UInt64 {
        get { threshold.load(ordering: .relaxed) }
        set { threshold.store(newValue, ordering: .relaxed) }
    }
}
