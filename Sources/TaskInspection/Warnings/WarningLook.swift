internal import CSagascope

/// Looks at all live tasks for what may be wrong with them. What is found is told once: the tasks' records remember it.
///
/// Records alone choose a few suspects; besides, as many of all tasks as there is time for, others at each look, are looked at
/// in their objects, and only suspects are read in earnest.
package struct WarningLook {
    /// Tasks whose objects are glanced at at once.
    private static let window = 512
    /// For glances at tasks that nothing is suspected of, in ns; one window at least.
    private static let budget: UInt64 = 2_000_000

    private var storms = YieldStorms()
    private var cancelled = CancelledTasks()
    private var cycles = CycleSearch()
    private var cursor: UInt64 = 0
    /// On the recording clock; 0 before the first look.
    private var lastLook: UInt64 = 0

    package init() {}

    /// Looks once.
    /// - Parameters:
    ///   - blockedThreshold: in ns.
    ///   - now: on the recording clock, in ns.
    package mutating func look(
        _ thresholds: WarningThresholds, blockedThreshold: UInt64, at now: UInt64
    ) -> WarningFindings {
        let rules = WarningRules(limits: WarningLimits(thresholds), now: now)
        var found = WarningFindings()
        judgeRecords(rules, blockedThreshold, &found)
        if TaskTiers.isLayoutOn {
            judgeObjects(rules, &found)
            tellCycles(now, &found)
        }
        tellOverdue(rules, &found)
        readStacks(&found)
        return found
    }

    /// Tasks that were cancelled just now, so that they need not be found.
    package mutating func noteCancelled(_ ids: [UInt64], at now: UInt64) {
        for id in ids { cancelled.see(id, at: now) }
    }

    // MARK: records alone

    private mutating func judgeRecords(_ rules: WarningRules, _ threshold: UInt64, _ found: inout WarningFindings) {
        var suspicion = sgs_suspicion(
            now: rules.now, running: rules.limits.poolHog, ready: rules.limits.poolStarved, blocked: threshold)
        CompensatedSteps.withNoted { compensated in
            var cursor: UInt64 = 0
            Self.batches {
                sgs_tasks_suspects(&cursor, &suspicion, $0, $1)
            } _: { record, name in
                judge(record, name, rules, compensated, &found)
                guard record.scope != 0, rules.isBlocked(record, for: threshold),
                    sgs_tasks_report(record.id, record.word, UInt8(SGS_REPORTED_BLOCKED)) != 0
                else { return }
                found.blocked.append((record, name))
            }
        }
        storms.endLook()
    }

    private mutating func judge(
        _ record: sgs_task, _ name: String?, _ rules: WarningRules,
        _ compensated: [CompensatedSteps.Key: UInt64], _ found: inout WarningFindings
    ) {
        let key = CompensatedSteps.Key(run: record.run, scope: UInt32(record.scope))
        let run = RunStanding(ended: SagaRuns.end(of: record.run), compensated: compensated[key] ?? 0)
        var warnings = rules.warnings(of: record, run)
        if storms.isStorm(record, runs: rules.limits.yieldStormRuns) {
            warnings.append((.yieldStorm, rules.life(of: record)))
        }
        for (warning, duration) in warnings where Self.isNews(warning, record) {
            found.add(WarningFinding(warning, record, name: name, duration: duration))
        }
    }

    /// Notes in the record that it is told.
    private static func isNews(_ warning: TaskWarning, _ record: sgs_task) -> Bool {
        if warning.toldBit == 0 { return sgs_tasks_report(record.id, record.word, warning.reportedBit) != 0 }
        var told = sgs_task()
        guard sgs_tasks_tell(record.id, warning.toldBit, &told) != 0 else { return false }
        _ = told.takeName()
        return true
    }

    /// Calls `take` with every record that `next` hands over, until it has no more.
    private static func batches(
        _ next: (UnsafeMutablePointer<sgs_task>, UInt64) -> UInt64, _ take: (sgs_task, String?) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: sgs_task.self, capacity: 256) { buffer in
            guard let base = buffer.baseAddress else { return }
            while case let count = Int(next(base, UInt64(buffer.count))), count > 0 {
                for position in 0..<count {
                    let name = base[position].takeName()
                    take(base[position], name)
                }
            }
        }
    }

    // MARK: objects

    private mutating func judgeObjects(_ rules: WarningRules, _ found: inout WarningFindings) {
        // What a task that has waited long waits for is told at once; whether one is cancelled, when its turn comes.
        var crossing = sgs_crossing(
            now: rules.now, since: lastLook == 0 ? .max : rules.now - lastLook,
            ages: (rules.limits.waitCycle, rules.limits.lostResume))
        lastLook = rules.now
        var start: UInt64 = 0
        judge(Batch { sgs_tasks_newly_blocked(&start, &crossing, $0, $1) }, rules, &found)
        let end = sgs_recording_ns() + Self.budget
        repeat {
            let batch = Batch { sgs_tasks_copy(&cursor, $0, $1) }
            if batch.records.count < Self.window { cursor = 0 }
            judge(batch, rules, &found)
        } while cursor != 0 && sgs_recording_ns() < end
    }

    /// Copies of some records.
    private struct Batch {
        var records: [sgs_task] = []
        var names: [UInt64: String] = [:]

        /// - Parameter copy: as many as there is room for.
        init(_ copy: (UnsafeMutablePointer<sgs_task>?, UInt64) -> UInt64) {
            withUnsafeTemporaryAllocation(of: sgs_task.self, capacity: WarningLook.window) { buffer in
                for position in 0..<Int(copy(buffer.baseAddress, UInt64(buffer.count))) {
                    if let name = buffer[position].takeName() { names[buffer[position].id] = name }
                    records.append(buffer[position])
                }
            }
        }
    }

    private mutating func judge(_ batch: Batch, _ rules: WarningRules, _ found: inout WarningFindings) {
        var lost: [sgs_task] = []
        for (record, glance) in zip(batch.records, TaskGlance.read(batch.records)) {
            guard let glance else { continue }
            if glance.isCancelled, record.told & UInt16(SGS_TOLD_IGNORES_CANCELLATION) == 0 {
                cancelled.see(record.id, at: rules.now)
            }
            let waits = rules.isBlocked(record, for: rules.limits.waitCycle) ? glance.waitsFor : nil
            cycles.see(record.id, target: waits == .task ? glance.target : nil, isGroup: waits == .group)
            let isKnown = record.reported & UInt8(SGS_REPORTED_SLEEPS | SGS_REPORTED_LOST_RESUME) != 0
            if !isKnown, rules.isLostResume(record, waitsFor: glance.waitsFor, isSeen: !glance.resumesOnActor) {
                lost.append(record)
            }
        }
        tellLost(Array(lost.prefix(WarningFindings.limit)), batch.names, rules, &found)
    }

    /// Tasks that wait for a continuation: the stack tells a clock from others who resume.
    private func tellLost(
        _ records: [sgs_task], _ names: [UInt64: String], _ rules: WarningRules, _ found: inout WarningFindings
    ) {
        guard !records.isEmpty else { return }
        let readings = TaskReader.read(records)
        let tasks = DumpBuilder(records, names: names, readings: readings, now: rules.now).tasks
        for (record, task) in zip(records, tasks) {
            if task.waitsFor?.kind == .timer {
                _ = sgs_tasks_report(record.id, record.word, UInt8(SGS_REPORTED_SLEEPS))
            } else if rules.isLostResume(record, waitsFor: task.waitsFor?.kind, isSeen: true),
                Self.isNews(.lostResume, record)
            {
                found.add(WarningFinding(.lostResume, record, name: task.name, duration: task.stateAge))
            }
        }
    }

    private mutating func tellCycles(_ now: UInt64, _ found: inout WarningFindings) {
        for cycle in cycles.cycles() {
            for id in cycle {
                guard var record = TaskRecords.one(id, withName: true) else { continue }
                let name = record.takeName()
                guard Self.isNews(.waitCycle, record) else { continue }
                let age = sgs_word_age(record.word, now)
                found.add(WarningFinding(.waitCycle, record, name: name, duration: age, cycle: cycle))
            }
        }
    }

    private mutating func tellOverdue(_ rules: WarningRules, _ found: inout WarningFindings) {
        cancelled.forget { sgs_tasks_find($0) == nil }
        for (id, duration) in cancelled.overdue(at: rules.now, limit: rules.limits.ignoredCancellation) {
            guard var record = TaskRecords.one(id, withName: true) else { continue }
            let name = record.takeName()
            guard Self.isNews(.ignoresCancellation, record) else { continue }
            found.add(WarningFinding(.ignoresCancellation, record, name: name, duration: duration))
        }
    }

    private func readStacks(_ found: inout WarningFindings) {
        guard TaskTiers.isLayoutOn, !found.findings.isEmpty else { return }
        for (position, reading) in TaskReader.read(found.findings.map(\.record)).enumerated() {
            found.findings[position].stack = StackSymbolizer.shared.stack(reading?.frames ?? [])
        }
    }
}
