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
        return try await task.value
    }

    private func takeOver() async throws -> RecoveryReport {
        let began = environment.clock.now
        let histories = try await RunHistories.read(from: environment.store)
        let restoration = RunRestoration(definitions: definitions, store: environment.store)
        var report = RecoveryReport(records: histories.read)
        var resumed: [LiveRun] = []
        for (id, records) in histories.inOrder {
            let saga = records.first?.entry.name ?? ""
            do throws(SagaRuntimeError) {
                let live = try restoration.restore(id, records)
                runs.restore(live)
                if live.journal.machine.phase == .suspended {
                    suspend(live)
                    report.suspended.append(id)
                    RuntimeInstruments.recovered(id, saga: saga, "suspended")
                } else {
                    resumed.append(live)
                    RuntimeInstruments.recovered(id, saga: saga, "resumed")
                }
            } catch {
                let run = QuarantinedRun(run: id, saga: saga, reason: "\(error)")
                runs.quarantine(run)
                report.quarantined.append(run)
                keep(
                    ledger.dumps?.begin(
                        id, reason: "recovery", message: "\(error)", report: RunReport(run), records: records,
                        now: environment.clock.now))
                RuntimeInstruments.recovered(id, saga: saga, "quarantined")
            }
        }
        if environment.options.patrolPeriod > .zero {
            ledger.handOver(LogShadow(histories, definitions: definitions, now: environment.clock.now))
        }
        report.resumed = resumed.map(\.id)
        RuntimeInstruments.recovery(nanoseconds: environment.clock.now - began)
        goOn(with: resumed)
        return report
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

/// What was found in the log when a coordinator began.
public struct RecoveryReport: Sendable, Hashable {
    /// Runs that go on.
    public internal(set) var resumed: [TraceID] = []
    /// Runs whose dead letters wait for somebody.
    public internal(set) var suspended: [TraceID] = []
    /// Runs that cannot go on, and why.
    public internal(set) var quarantined: [QuarantinedRun] = []
    /// Records that were read.
    public internal(set) var records = 0
}
