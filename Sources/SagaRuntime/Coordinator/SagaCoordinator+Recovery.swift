import SagaInstrumentation
import SagaLog
public import SagaTelemetry
import Synchronization

extension SagaCoordinator {
    /// Takes over the runs that are open in the log: those that can go on do so, side by side with new ones. It is done once,
    /// before the first run begins, whoever asks for it.
    ///
    /// - Returns: what was found, at once: the runs go on meanwhile.
    /// - Throws: ``SagaLogError`` when the log cannot be read.
    @discardableResult
    public func recover() async throws -> RecoveryReport {
        let task = recovery.withLock { recovery in
            if let recovery { return recovery }
            let task = Task(executorPreference: environment.executor) { try await self.takeOver() }
            recovery = task
            return task
        }
        do { return try await task.value } catch {
            // The next one who asks tries again.
            recovery.withLock { if $0 == task { $0 = nil } }
            throw error
        }
    }

    private func takeOver() async throws -> RecoveryReport {
        let began = environment.clock.now
        let found = try await restoreOpenRuns()
        for live in found.resumed + found.suspended { runs.restore(live) }
        for live in found.suspended { suspend(live) }
        for run in found.quarantined { runs.quarantine(run) }
        RuntimeInstruments.recovery(nanoseconds: environment.clock.now - began)
        for live in found.resumed { RuntimeInstruments.recovered(live.id, saga: live.blueprint.name, "resumed") }
        for live in found.suspended { RuntimeInstruments.recovered(live.id, saga: live.blueprint.name, "suspended") }
        for run in found.quarantined { RuntimeInstruments.recovered(run.run, saga: run.saga, "quarantined") }
        if environment.options.patrolPeriod > .zero { ledger.handOver(found.shadow) }
        // What a shutdown has come in between for is left to the next process.
        if !runs.isClosed { goOn(with: found.resumed) }
        return RecoveryReport(
            resumed: found.resumed.map(\.id), suspended: found.suspended.map(\.id), quarantined: found.quarantined,
            records: found.records)
    }

    /// Reads the open runs out of the log, and makes them anew, each that can be.
    package func restoreOpenRuns() async throws -> RestoredRuns {
        let histories = try await RunHistories.read(from: environment.store)
        let restoration = RunRestoration(definitions: definitions, store: environment.store)
        let now = environment.clock.now
        var found = RestoredRuns(records: histories.read, shadow: LogShadow(definitions: definitions))
        for (id, records) in histories.inOrder {
            do throws(SagaRuntimeError) {
                let live = try restoration.restore(id, records)
                found.shadow.restore(live, now: now)
                if live.journal.machine.phase == .suspended {
                    found.suspended.append(live)
                } else {
                    found.resumed.append(live)
                }
            } catch {
                let run = QuarantinedRun(run: id, saga: records.first?.entry.name ?? "", reason: "\(error)")
                found.quarantined.append(run)
                found.shadow.restore(id, records, now: now)
                keep(
                    ledger.dumps?.begin(
                        id, reason: "recovery", message: run.reason, report: RunReport(run), records: records, now: now)
                )
            }
        }
        found.shadow.next = histories.last.advanced(by: 1)
        return found
    }

    /// Its dead letters wait for somebody.
    /// - Parameter known: how many of them were counted before.
    func suspend(_ live: LiveRun, known: Int = 0) {
        let letters = live.journal.machine.steps(in: .stuck).map { live.blueprint.graph.names[$0] }
        RuntimeInstruments.deadLetters(letters.count - known, of: live.blueprint.name)
        live.outcome.fill(
            .success(
                RunOutcome(
                    saga: live.blueprint.name, id: live.key, run: live.id, result: .compensationFailed,
                    error: live.error, deadLetters: letters, outputs: live.outputs)))
    }

    private func goOn(with resumed: [LiveRun]) {
        guard !resumed.isEmpty else { return }
        let (width, executor) = (environment.options.maximumRuns, environment.executor)
        Task(name: "saga recovery", executorPreference: executor) {
            await withTaskGroup(of: Void.self) { group in
                for (index, live) in resumed.enumerated() {
                    if index >= width { await group.next() }
                    group.addTask(executorPreference: executor) { await self.resume(live) }
                }
            }
        }
    }

    /// In a task of its own, which can be cancelled.
    func resume(_ live: LiveRun) async {
        let task = Task(name: "saga \(live.blueprint.name)", executorPreference: environment.executor) {
            await self.conduct(live, [RunJournal.Draft(note: RunNote.resumed)])
        }
        live.goesForward(in: task)
        await task.value
    }
}

/// The open runs of a log.
package struct RestoredRuns: Sendable {
    var resumed: [LiveRun] = []
    var suspended: [LiveRun] = []
    var quarantined: [QuarantinedRun] = []
    /// That were read.
    let records: Int
    /// What was read, for the patrol to go on from.
    var shadow: LogShadow

    package var count: Int { resumed.count + suspended.count }

    init(records: Int, shadow: LogShadow) {
        self.records = records
        self.shadow = shadow
    }
}

/// What was found in the log when a coordinator began.
public struct RecoveryReport: Sendable, Hashable {
    /// Runs that go on.
    public let resumed: [TraceID]
    /// Runs whose dead letters wait for somebody.
    public let suspended: [TraceID]
    /// Runs that cannot go on, and why.
    public let quarantined: [QuarantinedRun]
    /// Records that were read.
    public let records: Int
}
