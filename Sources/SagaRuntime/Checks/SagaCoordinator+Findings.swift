import SagaInstrumentation
import SagaLog
import SagaTelemetry

/// What is done about a run whose memory and log differ. Nothing here waits for that run, and nothing touches another one.
extension SagaCoordinator {
    /// - Returns: false when the run has gone on meanwhile, so that nothing is known.
    func settle(_ difference: RunDifference, of id: TraceID, live: LiveRun?, log run: ShadowRun?) -> Bool {
        let policy = difference.kind == .stalled ? .report : environment.options.findingPolicy
        let graph = live?.blueprint.graph ?? run?.graph
        let finding = RunFinding(
            run: id.description, saga: live?.blueprint.name ?? run?.saga ?? "", type: difference.kind,
            memory: RunFinding.Side(difference.memory, graph),
            log: RunFinding.Side(difference.log, graph, fault: difference.fault), time: environment.wall(),
            policy: policy)
        // As it is now: what follows ends its tasks.
        let report = live.map { RunReport($0) }
        let dump = ledger.dumps?.begin(
            id, finding: finding, reason: "drift", report: report, now: environment.clock.now)
        if policy != .report, let live {
            let reason = SagaRuntimeError.quarantined(run: live.key, reason: "\(finding)")
            let standing = difference.isCertain ? nil : difference.memory
            guard live.journal.stop(reason, at: standing) else { return false }
        }
        ledger.note(finding)
        DriftInstruments.detected(finding)
        keep(dump)
        switch policy {
        case .report: break
        case .quarantine: setAside(id, finding, live, because: "\(finding)")
        case .repair: repair(id, finding, live)
        }
        return true
    }

    private func setAside(_ id: TraceID, _ finding: RunFinding, _ live: LiveRun?, because reason: String) {
        runs.quarantine(QuarantinedRun(run: id, saga: finding.saga, reason: reason))
        guard let live else { return }
        if live.supersede() != nil { live.stop(.cancelled("it was set aside")) }
        live.outcome.fill(.failure(.quarantined(run: live.key, reason: reason)))
    }

    // MARK: repair

    private func repair(_ id: TraceID, _ finding: RunFinding, _ live: LiveRun?) {
        runs.beginTakingUp(id)
        Task(name: "saga repair", executorPreference: environment.executor) { [self] in
            defer { runs.endTakingUp(id) }
            await end(live)
            do {
                try await remake(id, finding, in: live)
            } catch {
                DriftInstruments.repaired(finding, outcome: "quarantined")
                setAside(
                    id, finding, live, because: "\(finding); it could not be made anew from the log: \(error)")
            }
        }
    }

    /// Ends the driver of what was in memory. One whose step does not end is left to itself: it can write nothing.
    private func end(_ live: LiveRun?) async {
        guard let live, let driver = live.supersede() else { return }
        live.stop(.cancelled("it is made anew from the log"))
        _ = try? await environment.withTimeout(environment.options.grace) {
            try await driver.get(isCancellable: true)
        }
    }

    /// - Throws: why the log does not tell how it goes on.
    private func remake(_ id: TraceID, _ finding: RunFinding, in live: LiveRun?) async throws {
        if let live, let known = try await closedOutcome(of: live) {
            runs.remove(live, known)
            live.outcome.fill(.success(known))
            return DriftInstruments.repaired(finding, outcome: "repaired")
        }
        let anew = try RunRestoration(definitions: definitions, store: environment.store)
            .restore(id, try await history(of: id))
        runs.restore(anew)
        runs.endTakingUp(id)
        DriftInstruments.repaired(finding, outcome: "repaired")
        if anew.journal.machine.phase == .suspended {
            suspend(anew, known: live?.journal.machine.steps(in: .stuck).count ?? 0)
        } else {
            await resume(anew)
        }
        // It may be made anew once more before that.
        guard let live else { return }
        do { live.outcome.fill(.success(try await anew.outcome.get(isCancellable: false))) } catch {
            live.outcome.fill(.failure(error as? SagaRuntimeError ?? .shuttingDown))
        }
    }
}
