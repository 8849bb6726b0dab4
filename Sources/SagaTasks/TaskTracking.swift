import CSagascope
import Synchronization
public import TaskInspection

/// The switch of task tracking and its settings. Off until `Sagascope.bootstrap()`; off, nothing is put anywhere.
public enum TaskTracking {
    /// How the runs of tasks are seen.
    public enum Mode: String, Sendable, CaseIterable {
        /// At the runtime's enqueue hook: scheduling is untouched, and every task of the process is seen. Where the runtime
        /// cannot be observed (see ``TaskTiers``), sagas are as in `precise`.
        case observe
        /// Sagas and their structured children run on a task executor of ours, by public API alone; other tasks are seen at
        /// the hook where that is possible.
        case precise
    }

    private static let executorIsUsed = Atomic<Bool>(false)
    private static let enabled = Atomic<Bool>(false)
    private static let threshold = Atomic<UInt64>(250_000_000)

    public static func turnOn(_ mode: Mode = .observe) {
        TaskObserver.install
        sgs_tasks_set_hog_limit(thresholds.poolHog.nanoseconds)
        let isHooked = TaskTiers.turnOn()
        let usesExecutor = mode == .precise || !isHooked
        TaskTiers.noteExecutor(reasonOff: usesExecutor ? nil : "observing")
        executorIsUsed.store(usesExecutor, ordering: .relaxed)
        enabled.store(true, ordering: .relaxed)
    }

    /// Tasks that are known are followed to their end.
    public static func turnOff() {
        enabled.store(false, ordering: .relaxed)
        TaskTiers.turnOff()
        TaskTiers.noteExecutor(reasonOff: "switched_off")
    }

    public static var isEnabled: Bool { enabled.load(ordering: .relaxed) }

    static var usesExecutor: Bool { executorIsUsed.load(ordering: .relaxed) }

    /// A task that is blocked for this long, in ns, is told of by events.
    public static var blockedThreshold: UInt64 {
        get { threshold.load(ordering: .relaxed) }
        set { threshold.store(newValue, ordering: .relaxed) }
    }

    private struct Warnings {
        var thresholds = WarningThresholds()
        var orphans = OrphanPolicy.report

        /// A call that stays one: out of constants the optimizer of Swift 6.3.1 makes a static mutex of zeros.
        @inline(never) static func standard() -> Warnings { Warnings() }
    }

    private static let warnings = Mutex(Warnings.standard())

    /// From when on tasks are warned of.
    public static var thresholds: WarningThresholds {
        get { warnings.withLock { $0.thresholds } }
        set {
            warnings.withLock { $0.thresholds = newValue }
            sgs_tasks_set_hog_limit(newValue.poolHog.nanoseconds)
        }
    }

    /// What becomes of tasks that outlive their runs.
    public static var orphanPolicy: OrphanPolicy {
        get { warnings.withLock { $0.orphans } }
        set { warnings.withLock { $0.orphans = newValue } }
    }

    /// The most live tasks that are kept; further ones are counted.
    public static var limit: UInt64 {
        get { tableLimit.load(ordering: .relaxed) }
        set {
            tableLimit.store(newValue, ordering: .relaxed)
            sgs_tasks_set_limit(newValue)
        }
    }

    private static let tableLimit = Atomic<UInt64>(1 << 20)
}
