import SagaInstrumentation
import SagaLog
import SagaTelemetry

/// Brings one run from where it stands to its end: forward through its steps; or, when that fails, back through their
/// compensations, in a task of its own that nobody cancels.
struct RunDriver: Sendable {
    typealias Draft = RunJournal.Draft

    let live: LiveRun
    let environment: RuntimeEnvironment

    private var journal: RunJournal { live.journal }
    private var graph: StepGraph { live.blueprint.graph }

    /// - Parameter opening: records to be written first.
    func drive(_ opening: [Draft]) async -> OutcomeBox.Value {
        var launch = SagaRunLaunch(live.blueprint.name, key: live.key)
        launch.attempt = journal.machine(after: opening).resumed + 1
        launch.version = Int(live.blueprint.version)
        launch.resumes = live.resumes
        do {
            return .success(try await withSagaRun(launch) { try await conduct(opening) })
        } catch let ended as RunEnded {
            return .success(ended.outcome)
        } catch let error as SagaRuntimeError {
            return .failure(error)
        } catch {
            return .failure(.unreadable(what: "run \(live.id)", reason: "\(error)"))
        }
    }

    /// Throws where the run was no success, so that its span says so.
    private func conduct(_ opening: [Draft]) async throws -> RunOutcome {
        var pending = opening
        if journal.machine(after: pending).phase == .forward {
            do { pending = try await forward(pending) } catch {
                // A full disk, for example: what was done is undone, as closing records still have room.
                guard error.isRefusal, journal.machine.phase != .pending else { throw error }
                live.note(RecordedError(error))
                pending = []
            }
            if journal.machine(after: pending).steps.allSatisfy({ $0.state == .committed }) {
                return try await close(pending, .success)
            }
        }
        // Swift cannot shield a task from its cancellation: what undoes is another one.
        let leftOver = pending
        let end = Task(name: "undo", executorPreference: environment.executor) {
            () async -> Result<RunOutcome, SagaRuntimeError> in
            // The run's deadline is over by now, and not the compensations'.
            await SagaDeadline.$current.withValue(nil) {
                do throws(SagaRuntimeError) {
                    return .success(try await back(leftOver))
                } catch { return .failure(error) }
            }
        }
        let outcome = try await end.value.get()
        throw RunEnded(outcome: outcome)
    }

    // MARK: forward

    private struct Launch: Sendable {
        let pass: LaunchGate.Pass
        let attempt: Int
    }

    private func forward(_ pending: [Draft]) async throws(SagaRuntimeError) -> [Draft] {
        let timer = deadlineTimer()
        defer { timer?.cancel() }
        let waves = StepWaves<Launch>(
            journal: journal, executor: environment.executor, ready: { admit($0) },
            beginning: { Draft(.stepStarted, step($0.pass.step), attempt: $0.attempt) },
            perform: { launch async throws(SagaRuntimeError) in
                try await StepRunner(live: live, step: step(launch.pass.step), environment: environment)
                    .run(launch.pass, attempt: launch.attempt)
            })
        return try await waves.run(pending)
    }

    /// All steps that the gate lets through.
    private func admit(_ machine: RunMachine) -> [Launch] {
        guard machine.phase == .forward else { return [] }
        let (now, wall) = (environment.clock.now, environment.wall())
        var launches: [Launch] = []
        for (index, step) in machine.steps.enumerated() where step.state == .idle || step.state == .started {
            let verdict = live.admit(index, machine, now: now, wall: wall)
            RuntimeInstruments.judged(verdict, step: graph.names[index], in: live)
            guard case .start(let pass) = verdict else { continue }
            if let waited = live.waited(index, now: now) {
                RuntimeInstruments.waited(waited, step: graph.names[index], in: live)
            }
            launches.append(Launch(pass: pass, attempt: step.attempt + 1))
        }
        return launches
    }

    private func deadlineTimer() -> Task<Void, Never>? {
        guard let deadline = live.deadline else { return nil }
        let (live, clock, instant) = (live, environment.clock, environment.instant(of: deadline))
        return Task(name: "deadline", executorPreference: environment.executor) {
            if (try? await clock.sleep(until: instant)) != nil { live.stop(.deadline) }
        }
    }

    // MARK: back

    private func back(_ pending: [Draft]) async throws(SagaRuntimeError) -> RunOutcome {
        let pending = try await turn(pending)
        let settles = environment.clock.instant(after: environment.options.settleTimeout)
        let begun = BegunSteps()
        let waves = StepWaves<Int>(
            journal: journal, executor: environment.executor, ready: { readyToUndo($0, begun) },
            beginning: { index in
                Draft(.compensationStarted, step(index), attempt: journal.plannedMachine.steps[index].undoAttempt + 1)
            },
            perform: { index async throws(SagaRuntimeError) in
                guard let undo = step(index).compensation else { return [] }
                let runner = CompensationRunner(
                    live: live, step: step(index), environment: environment, settles: settles)
                return try await runner.run(undo, attempt: journal.machine.steps[index].undoAttempt)
            })
        return try await settle(try await waves.run(pending))
    }

    /// Says that the run is undone from here on, unless a step that failed has said so.
    private func turn(_ pending: [Draft]) async throws(SagaRuntimeError) -> [Draft] {
        let machine = journal.machine(after: pending)
        guard machine.phase == .forward else { return pending }
        // The gate goes by the wall clock, and may have found it out before the timer.
        if let deadline = live.deadline, environment.wall() >= deadline { live.stop(.deadline) }
        let error = live.stopReason?.error ?? RecordedError(type: "stopped", message: "stopped", result: "error")
        live.note(error)
        do throws(SagaRuntimeError) {
            try await journal.commit(pending + [Draft(note: RunNote.compensate, payload: JSONPayload.text(live.error))])
            return []
        } catch {
            // On a full disk there is room for closing records alone: the first compensation's says it then.
            guard error.isRefusal, machine.steps.indices.contains(where: { machine.needsUndo($0, in: graph) }) else {
                throw error
            }
            return pending
        }
    }

    /// Dead letters from before are tried again, and those before them wait for that.
    private func readyToUndo(_ machine: RunMachine, _ begun: BegunSteps) -> [Int] {
        var machine = machine
        for step in machine.steps(in: .stuck) where !begun.contains(step) { machine.steps[step].state = .failed }
        let isHeldUp = machine.heldUpUndo(in: graph)
        return machine.steps.indices.filter { machine.needsUndo($0, in: graph) && !isHeldUp[$0] && begun.insert($0) }
    }

    /// Everything that can be undone is.
    private func settle(_ pending: [Draft]) async throws(SagaRuntimeError) -> RunOutcome {
        let machine = journal.machine(after: pending)
        let letters = machine.steps(in: .stuck)
        guard letters.isEmpty else {
            let error = live.error ?? RecordedError(type: "unknown", message: "", result: "error")
            let suspended = Draft(kind: .runSuspended, name: live.blueprint.name, payload: JSONPayload.text(error))
            try await journal.commit(pending + [suspended])
            for letter in letters { RuntimeInstruments.deadLettered(step: graph.names[letter], in: live) }
            return outcome(.compensationFailed, letters: letters.map { graph.names[$0] })
        }
        let isUndone = machine.steps.contains { $0.state == .undone || $0.state == .resolved }
        return try await close(pending, isUndone ? .compensated : live.error?.meaning ?? .error)
    }

    private func close(_ pending: [Draft], _ result: SagaResult) async throws(SagaRuntimeError) -> RunOutcome {
        let outcome = outcome(result)
        let closed = Draft(
            kind: .runClosed, name: live.blueprint.name,
            payload: outcome.payload(limit: environment.store.maximumPayload))
        try await journal.commit(pending + [closed])
        return outcome
    }

    private func outcome(_ result: SagaResult, letters: [String] = []) -> RunOutcome {
        RunOutcome(
            saga: live.blueprint.name, id: live.key, run: live.id, result: result,
            error: result == .success ? nil : live.error, deadLetters: letters, outputs: live.outputs)
    }

    private func step(_ index: Int) -> StepBlueprint { live.blueprint.steps[index] }
}

/// Carries a run's end out of the scope of its span.
private struct RunEnded: SagaError, CustomStringConvertible {
    let outcome: RunOutcome

    var sagaResult: SagaResult { outcome.result }
    var errorType: String { outcome.error?.type ?? outcome.result.rawValue }
    var description: String { outcome.error?.message ?? outcome.result.rawValue }
}
