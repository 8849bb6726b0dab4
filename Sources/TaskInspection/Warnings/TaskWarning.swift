internal import CSagascope

/// What may be wrong with a live task. Raw values are `saga.task.warning.type`.
public enum TaskWarning: String, Sendable, CaseIterable, Codable {
    /// Alive after its saga's run has ended, and not meant to be.
    case ghost
    /// It ran for long without suspending, and held its thread meanwhile.
    case poolHog = "pool_hog"
    /// It waits for tasks that wait for it.
    case waitCycle = "wait_cycle"
    /// It waits for a continuation, no timer, that nobody has resumed for long.
    case lostResume = "lost_resume"
    /// Alive for long after it was seen to be cancelled.
    case ignoresCancellation = "ignores_cancellation"
    /// Ready for long, and no thread took it.
    case poolStarved = "pool_starved"
    /// Most of its many runs ended by being ready again at once.
    case yieldStorm = "yield_storm"
    /// Made inside a step or its compensation, and alive when that compensation has closed.
    case outlivesCompensation = "outlives_compensation"

    /// Those that a record says were told.
    static func told(of record: sgs_task) -> [TaskWarning] {
        allCases.filter { $0.toldBit != 0 ? record.told & $0.toldBit != 0 : record.reported & $0.reportedBit != 0 }
    }

    /// Told once in a task's life; 0 where it is told once in a state.
    var toldBit: UInt16 {
        switch self {
        case .ghost: UInt16(SGS_TOLD_GHOST)
        case .poolHog: UInt16(SGS_TOLD_POOL_HOG)
        case .ignoresCancellation: UInt16(SGS_TOLD_IGNORES_CANCELLATION)
        case .yieldStorm: UInt16(SGS_TOLD_YIELD_STORM)
        case .outlivesCompensation: UInt16(SGS_TOLD_OUTLIVES_COMPENSATION)
        case .waitCycle, .lostResume, .poolStarved: 0
        }
    }

    var reportedBit: UInt8 {
        switch self {
        case .waitCycle: UInt8(SGS_REPORTED_WAIT_CYCLE)
        case .lostResume: UInt8(SGS_REPORTED_LOST_RESUME)
        case .poolStarved: UInt8(SGS_REPORTED_POOL_STARVED)
        default: 0
        }
    }
}
