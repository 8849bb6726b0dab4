/// From when on a task is warned of.
public struct WarningThresholds: Sendable, Equatable {
    /// `pool_hog`: one run without suspending.
    public var poolHog: Duration = .milliseconds(10)
    /// `pool_starved`: ready, and no thread took it.
    public var poolStarved: Duration = .milliseconds(100)
    /// `lost_resume`: blocked on a continuation.
    public var lostResume: Duration = .seconds(60)
    /// `ignores_cancellation`: alive after it was seen to be cancelled.
    public var ignoredCancellation: Duration = .seconds(5)
    /// `wait_cycle`: how long a task is blocked before it is looked for in cycles, which last for ever.
    public var waitCycle: Duration = .seconds(1)
    /// `yield_storm`: so many runs between two looks, most of which ended by being ready again at once.
    public var yieldStormRuns = 1000

    public init() {}
}

/// The same in nanoseconds.
struct WarningLimits {
    let poolHog, poolStarved, lostResume, ignoredCancellation, waitCycle: UInt64
    let yieldStormRuns: UInt32

    init(_ thresholds: WarningThresholds) {
        poolHog = thresholds.poolHog.nanoseconds
        poolStarved = thresholds.poolStarved.nanoseconds
        lostResume = thresholds.lostResume.nanoseconds
        ignoredCancellation = thresholds.ignoredCancellation.nanoseconds
        waitCycle = thresholds.waitCycle.nanoseconds
        yieldStormRuns = UInt32(clamping: thresholds.yieldStormRuns)
    }
}

extension Duration {
    /// Whole ones, 0 for a negative duration.
    package var nanoseconds: UInt64 {
        self > .zero ? UInt64(clamping: Int64(min(self, .seconds(1 << 32)) / .nanoseconds(1))) : 0
    }
}
