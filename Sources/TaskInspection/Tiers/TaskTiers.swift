internal import CSagascope
import Synchronization

/// Which ways of seeing tasks are in use.
public enum TaskTiers {
    /// All zero at first: in release builds Swift 6.3.1 makes this a constant of zeros, whatever texts stand here.
    private struct State {
        /// Once in a process.
        var isTested = false
        /// What the self-test found.
        var refusal: String?
        var isExecutorOn = false
        var isHookOn = false
        var isLayoutOn = false
        /// Why they are off, where it is not that nobody turned them on.
        var executorReason: String?
        var hookReason: String?
        var layoutReason: String?
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
            state.hookReason =
                state.refusal.map { _ in "needs_layout" } ?? sgs_tasks_hook(1).map { String(cString: $0) }
            state.isLayoutOn = state.layoutReason == nil
            state.isHookOn = state.hookReason == nil
            return state.isHookOn
        }
    }

    /// As if the self-test had found this, from the next ``turnOn()`` on; nil: it runs again then. For tests, while tracking is off.
    package static func pretend(refusal: String?) {
        state.withLock { state in
            sgs_tasks_allow_layout(0)
            (state.isTested, state.refusal) = (refusal != nil, refusal)
        }
    }

    /// Tasks that are known are followed to their end; new ones are not seen.
    public static func turnOff() {
        state.withLock { state in
            _ = sgs_tasks_hook(0)
            (state.isHookOn, state.hookReason) = (false, nil)
            (state.isLayoutOn, state.layoutReason) = (false, nil)
        }
    }

    /// Whether sagas run on an executor of ours; `reason` where they do not.
    public static func noteExecutor(reasonOff reason: String?) {
        state.withLock { ($0.isExecutorOn, $0.executorReason) = (reason == nil, reason) }
    }

    public static var isHookOn: Bool { state.withLock { $0.isHookOn } }

    public static var isLayoutOn: Bool { state.withLock { $0.isLayoutOn } }

    public static var all: [TrackingTier] {
        state.withLock { state in
            func tier(_ tier: TrackingTier.Tier, _ isOn: Bool, _ reason: String?) -> TrackingTier {
                TrackingTier(tier, reasonOff: isOn ? nil : reason ?? "switched_off")
            }
            return [
                tier(.executor, state.isExecutorOn, state.executorReason),
                tier(.hook, state.isHookOn, state.hookReason),
                tier(.layout, state.isLayoutOn, state.layoutReason),
            ]
        }
    }
}
