internal import CSagascope

/// What a look knows of the saga run that a task belongs to.
struct RunStanding {
    /// On the recording clock; nil while it goes on.
    var ended: UInt64?
    /// When the last compensation of the task's step closed, on the recording clock; 0: none has.
    var compensated: UInt64 = 0
}

/// The rules that a task's record alone, or one reading of its object, decides. Pure.
struct WarningRules {
    let limits: WarningLimits
    /// Of the recording clock, in ns.
    let now: UInt64

    /// What the record says is wrong, and for how long it has been.
    func warnings(of task: sgs_task, _ run: RunStanding) -> [(warning: TaskWarning, duration: UInt64)] {
        var found: [(TaskWarning, UInt64)] = []
        let age = sgs_word_age(task.word, now)
        if let ended = run.ended, isGhost(task) { found.append((.ghost, now > ended ? now - ended : 0)) }
        if outlivesCompensation(task, run) {
            found.append((.outlivesCompensation, now > run.compensated ? now - run.compensated : 0))
        }
        switch sgs_word_state(task.word) {
        case SGS_TASK_RUNNING where task.isSeenRunning && age >= limits.poolHog: found.append((.poolHog, age))
        case SGS_TASK_READY where age >= limits.poolStarved: found.append((.poolStarved, age))
        default: break
        }
        return found
    }

    func life(of task: sgs_task) -> UInt64 { now > task.created ? now - task.created : 0 }

    private func isGhost(_ task: sgs_task) -> Bool { task.run != 0 && !task.has(SGS_TASK_MAY_OUTLIVE) }

    /// It was made while its saga was inside the step or its compensation, and before that compensation closed. A task that is
    /// inside the step itself was not necessarily made there: it may be the run's own, in a further attempt.
    private func outlivesCompensation(_ task: sgs_task, _ run: RunStanding) -> Bool {
        run.compensated > task.created && !task.has(SGS_TASK_MAY_OUTLIVE) && !task.has(SGS_TASK_IN_STEP)
    }

    /// - Parameters:
    ///   - wait: what its object says it waits for.
    ///   - isSeen: whether the record would know if it had been resumed.
    func isLostResume(_ task: sgs_task, waitsFor wait: WaitTarget.Kind?, isSeen: Bool) -> Bool {
        wait == .continuation && isSeen && isBlocked(task, for: limits.lostResume)
    }

    func isBlocked(_ task: sgs_task, for least: UInt64) -> Bool {
        sgs_word_state(task.word) == SGS_TASK_BLOCKED && sgs_word_age(task.word, now) >= least
    }
}
