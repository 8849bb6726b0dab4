import SagaLog
public import SagaTelemetry

/// What an operator asks of a coordinator.
extension SagaCoordinator {
    /// All runs that are not closed, oldest first; those set aside at the end.
    public var openRuns: [RunReport] {
        runs.live.map { RunReport($0) }.sorted { ($0.started, $0.run) < ($1.started, $1.run) }
            + runs.quarantined.map { RunReport($0) }.sorted { $0.run < $1.run }
    }

    /// A run that is not closed; nil when there is none of this id.
    public func report(of run: TraceID) -> RunReport? {
        if let live = runs[run] { return RunReport(live) }
        return runs.quarantined.first { $0.run == run }.map { RunReport($0) }
    }

    /// Its records, from the log itself, oldest first.
    /// - Throws: ``SagaLogError``
    public func history(of run: TraceID) async throws -> [LogRecord] {
        try await RunHistories.read(from: environment.store).open[run] ?? []
    }

    /// Has a run undone. One that is being undone already, or has dead letters, is left as it is.
    /// - Throws: ``SagaRuntimeError/noSuchRun(_:reason:)``
    public func cancel(_ run: TraceID, reason: String = "cancelled by hand") throws(SagaRuntimeError) {
        guard let live = runs[run] else { throw missing(run) }
        guard live.journal.machine.phase == .forward || live.journal.machine.phase == .pending else {
            throw .noSuchRun("\(run)", reason: "it is \(live.journal.machine.state), and cannot be cancelled")
        }
        guard live.outcome.value == nil else {
            throw .noSuchRun("\(run)", reason: "nobody works on it: retry it first")
        }
        live.stop(.cancelled(reason))
    }

    /// Tries the dead letters of a run again; or takes up a run again that was set aside, from its log.
    /// - Returns: how it ended this time.
    /// - Throws: ``SagaRuntimeError``
    @discardableResult
    public func retry(_ run: TraceID) async throws -> RunOutcome {
        if runs.isBeingTakenUp(run) { throw SagaRuntimeError.noSuchRun("\(run)", reason: "somebody is at it already") }
        if let known = runs.release(run) { return try await takeUp(known) }
        guard let live = runs[run] else { throw missing(run) }
        if live.journal.failure != nil || live.journal.machine.phase != .suspended {
            guard live.outcome.value != nil else {
                throw SagaRuntimeError.noSuchRun(
                    "\(run)", reason: "it is \(live.journal.machine.state): nothing to retry")
            }
            guard runs.beginTakingUp(live) else {
                throw SagaRuntimeError.noSuchRun("\(run)", reason: "somebody is at it already")
            }
            return try await takeUp(QuarantinedRun(run: run, saga: live.blueprint.name, reason: ""))
        }
        try claim(live)
        return try await again(live, [RunJournal.Draft(note: RunNote.retry)])
    }

    /// Says that somebody has undone a step by hand whose compensation has given up. The last one closes the run.
    /// - Throws: ``SagaRuntimeError``
    @discardableResult
    public func resolve(_ run: TraceID, step: String, by person: String = "") async throws -> RunReport? {
        guard let live = runs[run] else { throw missing(run) }
        let machine = live.journal.machine
        guard let index = live.blueprint.graph.names.firstIndex(of: step), machine.phase == .suspended,
            machine.steps[index].state == .stuck
        else { throw SagaRuntimeError.noSuchRun("\(run)", reason: "\(step) is no dead letter of it") }
        let resolved = RunJournal.Draft(
            note: RunNote.resolved, step: index, payload: JSONPayload.text(["by": person]))
        try claim(live)
        if live.journal.machine.steps(in: .stuck) == [index] {
            _ = try await again(live, [resolved])
            return nil
        }
        // What is left is told anew, whether this was written or not.
        defer { suspend(live, known: live.journal.machine.steps(in: .stuck).count) }
        try await live.journal.commit([resolved])
        RuntimeInstruments.deadLetters(-1, of: live.blueprint.name)
        return RunReport(live)
    }

    /// Two who ask for the same at once: one of them does it.
    private func claim(_ live: LiveRun) throws(SagaRuntimeError) {
        guard live.outcome.empty() else {
            throw .noSuchRun("\(live.id)", reason: "somebody is at it already")
        }
    }

    private func again(_ live: LiveRun, _ opening: [RunJournal.Draft]) async throws -> RunOutcome {
        let task = Task(name: "saga \(live.blueprint.name)", executorPreference: environment.executor) {
            await self.conduct(live, opening)
        }
        live.goesForward(in: task)
        await task.value
        return try await live.outcome.get(isCancellable: false)
    }

    /// Makes it anew from the log.
    private func takeUp(_ known: QuarantinedRun) async throws -> RunOutcome {
        defer { runs.endTakingUp(known.run) }
        do {
            if let outcome = try await closedOutcome(of: known) {
                runs.remember(outcome)
                return outcome
            }
            let records = try await history(of: known.run)
            let live = try RunRestoration(definitions: definitions, store: environment.store)
                .restore(known.run, records)
            runs.restore(live)
            runs.endTakingUp(known.run)
            let note = live.journal.machine.phase == .suspended ? RunNote.retry : RunNote.resumed
            return try await again(live, [RunJournal.Draft(note: note)])
        } catch {
            runs.quarantine(QuarantinedRun(run: known.run, saga: known.saga, reason: "\(error)"))
            throw error
        }
    }

    private func missing(_ run: TraceID) -> SagaRuntimeError {
        .noSuchRun("\(run)", reason: "it is not open here: it has ended, or was never begun")
    }
}
