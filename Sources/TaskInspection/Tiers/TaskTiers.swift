internal import CSagascope
import Synchronization

/// Which ways of seeing tasks are in use.
public enum TaskTiers {
    private struct State {
        /// Once in a process.
        var isTested = false
        /// What the self-test found.
        var refusal: String?
        var hookReason: String? = "switched_off"
        var executorReason: String? = "switched_off"
        var layoutReason: String? = "switched_off"
    }

    private static let state = Mutex(State())

    /// Turns tiers 2 and 3 on, after the self-test of the layout, which runs once in a process. Without it there are stacks
    /// neither nor ends, so the hook stays off too.
    /// - Returns: whether every task of the process is seen from here on.
    @discardableResult
    public static func turnOn() -> Bool {
        state.withLock { state in
            if !state.isTested { state.refusal = LayoutSelfTest.run() }
            state.isTested = true
            state.layoutReason = state.refusal
            state.hookReason = state.refusal.map { _ in "needs_layout" } ?? sgs_tasks_hook(1).map { String(cString: $0) }
            return state.hookReason == nil
        }
    }

    /// Tasks that are known are followed to their end; new ones are not seen.
    public static func turnOff() {
        state.withLock { state in
            _ = sgs_tasks_hook(0)
            state.hookReason = "switched_off"
            state.layoutReason = "switched_off"
        }
    }

    /// Whether sagas run on an executor of ours; `reason` where they do not.
    public static func noteExecutor(reasonOff reason: String?) { state.withLock { $0.executorReason = reason } }

    public static var isHookOn: Bool { state.withLock { $0.hookReason == nil } }

    public static var isLayoutOn: Bool { state.withLock { $0.layoutReason == nil } }

    public static var all: [TrackingTier] {
        state.withLock { state in
            [
                TrackingTier(.executor, reasonOff: state.executorReason),
                TrackingTier(.hook, reasonOff: state.hookReason),
                TrackingTier(.layout, reasonOff: state.layoutReason),
            ]
        }
    }
}
