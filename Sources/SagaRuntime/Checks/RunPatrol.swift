import Logging
import SagaLog
import SagaTelemetry

/// Compares the runs in memory with the log, both ways, again and again: what is in memory must be what the log comes to, and
/// what is open in the log must be in memory.
///
/// The two move on while they are looked at, and the log is read after memory: that is no difference. One counts when it is
/// the same at two looks, and nothing of the run has moved in between.
struct RunPatrol {
    private let coordinator: SagaCoordinator
    private var shadow: LogShadow
    private var follower: any LogFollowing
    private var isBegun = false
    /// Of the last look.
    private var suspects: [TraceID: RunDifference] = [:]
    /// Differences that were told of and are still there.
    private var active: [TraceID: RunFinding.Kind] = [:]

    /// Findings that are acted on at one look; further ones wait for the next.
    private static let limit = 256

    init(_ coordinator: SagaCoordinator) {
        self.coordinator = coordinator
        shadow = LogShadow(definitions: coordinator.definitions)
        follower = Self.follower(of: coordinator.environment.store, coordinator.definitions)
    }

    private static func follower(of store: some SagaLogStore, _ definitions: SagaDefinitions) -> any LogFollowing {
        LogFollower(store, definitions: definitions)
    }

    /// One look.
    mutating func check() async {
        // Memory first: what is settled there is durable, and so in the log that is read now.
        let seen = coordinator.runs.live.map { ($0, $0.journal.settled.map { RunStanding(machine: $0, lsn: $1) }) }
        guard await follow() else { return DriftInstruments.checked([.unknown: max(1, seen.count)]) }
        var results: [DriftInstruments.Result: Int] = [:]
        var found: [TraceID: (live: LiveRun?, difference: RunDifference)] = [:]
        for (live, standing) in seen {
            switch verdict(on: live, standing) {
            case .result(let result): results[result, default: 0] += 1
            case .difference(let difference): found[live.id] = (live, difference)
            }
        }
        for (id, run) in shadow.runs where found[id] == nil && !coordinator.runs.knows(id) {
            let log = RunStanding(machine: run.machine, lsn: run.lsn)
            found[id] = (
                nil, RunDifference(kind: run.faultKind ?? .orphanLog, memory: nil, log: log, fault: run.fault)
            )
        }
        conclude(found, &results)
        DriftInstruments.checked(results)
    }

    /// - Returns: whether the log could be read up to its end.
    private mutating func follow() async -> Bool {
        let now = coordinator.environment.clock.now
        do {
            if !isBegun {
                shadow = coordinator.ledger.takeOver() ?? shadow
                isBegun = true
            }
            try await follower.follow(&shadow, now: now)
            if coordinator.ledger.noteReading(failed: false) {
                Diagnostics.logger.info("the saga log can be read again: memory is compared with it")
            }
            return true
        } catch {
            if coordinator.ledger.noteReading(failed: true) {
                Diagnostics.logger.warning(
                    "memory cannot be compared with the saga log, which cannot be read: \(error)")
            }
            return false
        }
    }

    private enum Verdict {
        case result(DriftInstruments.Result)
        case difference(RunDifference)
    }

    private func verdict(on live: LiveRun, _ memory: RunStanding?) -> Verdict {
        let run = shadow.runs[live.id]
        if coordinator.runs.isBeingTakenUp(live.id) { return .result(.lagging) }
        if live.journal.failure != nil { return .result(.unknown) }
        let log = run.map { RunStanding(machine: $0.machine, lsn: $0.lsn) }
        if let run, let kind = run.faultKind {
            return .difference(RunDifference(kind: kind, memory: memory, log: log, fault: run.fault))
        }
        if let run, isStalled(live, run) {
            return .difference(RunDifference(kind: .stalled, memory: memory, log: log))
        }
        guard let memory else { return .result(.lagging) }
        if run != nil, run?.graph == nil { return .result(.unknown) }
        let isOpen = memory.machine.phase != .pending && memory.machine.phase != .closed
        if log == (isOpen ? memory : nil) { return .result(.consistent) }
        guard coordinator.runs[live.id] === live, let again = live.journal.settled,
            RunStanding(machine: again.machine, lsn: again.lsn) == memory
        else { return .result(.lagging) }
        return .difference(RunDifference(kind: kind(memory, log), memory: memory, log: log))
    }

    private func kind(_ memory: RunStanding, _ log: RunStanding?) -> RunFinding.Kind {
        guard let log else { return .orphanMemory }
        if memory.machine.records == log.machine.records { return .diverged }
        return memory.machine.records < log.machine.records ? .logAhead : .memoryAhead
    }

    /// A run whose dead letters wait for somebody has no driver.
    private func isStalled(_ live: LiveRun, _ run: ShadowRun) -> Bool {
        let age = coordinator.environment.clock.now - min(run.changed, coordinator.environment.clock.now)
        return live.outcome.value == nil && age > coordinator.environment.options.stalledAfter.inNanoseconds
    }

    private mutating func conclude(
        _ found: [TraceID: (live: LiveRun?, difference: RunDifference)], _ results: inout [DriftInstruments.Result: Int]
    ) {
        let (before, told) = (suspects, active)
        suspects = found.mapValues(\.difference)
        active = [:]
        var left = Self.limit
        for (id, (live, difference)) in found {
            guard difference.isCertain || before[id] == difference else {
                results[.lagging, default: 0] += 1
                continue
            }
            results[.drifted, default: 0] += 1
            if told[id] == difference.kind {
                active[id] = difference.kind
            } else if left > 0, coordinator.settle(difference, of: id, live: live, log: shadow.runs[id]) {
                active[id] = difference.kind
                left -= 1
            }
        }
        for (id, kind) in told where active[id] != kind { DriftInstruments.active(-1, kind) }
        for (id, kind) in active where told[id] != kind { DriftInstruments.active(1, kind) }
    }
}

extension ShadowRun {
    fileprivate var faultKind: RunFinding.Kind? { fault.map { $0.isGap ? .sequenceGap : .diverged } }
}
