import SagaInstrumentation
import SagaLog
import SagaParticipant

/// Runs one step of a run: its attempts, with pauses between them, under its deadline and its breaker.
struct StepRunner: Sendable {
    typealias Draft = RunJournal.Draft

    let live: LiveRun
    let step: StepBlueprint
    let environment: RuntimeEnvironment

    /// - Parameter pass: with which the gate has let it through, before its beginning was durable.
    /// - Returns: what is to be written down of it.
    func run(_ pass: LaunchGate.Pass, attempt first: Int) async throws(SagaRuntimeError) -> [Draft] {
        var attempt = first
        while true {
            // Another step's failure cancels this one.
            let rejection = live.confirm(pass, wall: environment.wall()) ?? (Task.isCancelled ? .cancelled : nil)
            if let rejection {
                RuntimeInstruments.rejected(rejection, step: step.name, in: live)
                return rejected(rejection, attempt: attempt, isFirst: attempt == first && first == 1)
            }
            let error: any Error
            do {
                return committed(try await perform(step.action, attempt: attempt), attempt: attempt)
            } catch let thrown { error = thrown }
            let isLast = attempt - first + 1 >= step.retry.attempts || !RetryPolicy.isRetryable(error)
            if isLast || live.stopReason != nil || Task.isCancelled {
                return try await finish(error, attempt: attempt)
            }
            let failed = Draft(
                failed: .stepFailed, step, attempt: attempt, RecordedError(error), isFinal: false)
            // The next attempt is begun before the pause: after a crash in it, it is repeated.
            try await live.journal.commit([failed, Draft(.stepStarted, step, attempt: attempt + 1)])
            await environment.pause(step.retry.delay(afterAttempt: attempt - first + 1, random: environment.random()))
            attempt += 1
        }
    }

    private func perform(_ work: @escaping StepBlueprint.Work, attempt: Int) async throws -> [UInt8] {
        let call = StepCall(
            saga: live.blueprint.name, run: live.id, step: step.name, operation: .action, attempt: attempt)
        let (input, outputs) = (live.input, live.outputs)
        let deadline = min(
            step.timeout.map { environment.clock.instant(after: $0) } ?? .max, environment.instant(of: live.deadline))
        let output = try await environment.breakers.guarding(step, of: live.blueprint, clock: environment.clock) {
            try await withStep(step.name, attempt: attempt) {
                try await environment.withWorker(until: deadline) { try await work(input, call, outputs) }
            }
        }
        let limit = environment.store.maximumPayload
        guard output.count <= limit else { throw OutputTooLong(step: step.name, bytes: output.count, limit: limit) }
        return output
    }

    private func committed(_ output: [UInt8], attempt: Int) -> [Draft] {
        live.note(output: output, of: step.name)
        return [Draft(.stepCommitted, step, attempt: attempt, payload: output)]
    }

    /// No attempt has succeeded.
    private func finish(_ error: any Error, attempt: Int) async throws(SagaRuntimeError) -> [Draft] {
        let recorded = RecordedError(error)
        if let fallback = step.fallback, recorded.meaning != .failure, live.stopReason == nil, !Task.isCancelled {
            do {
                return committed(try await perform(fallback, attempt: attempt), attempt: attempt)
            } catch {}
        }
        // An earlier attempt, of which nothing is known, may have been done all the same.
        return failed(recorded, attempt: attempt, isWithoutEffect: recorded.meaning == .failure && attempt == 1)
    }

    /// What is refused after earlier attempts may have been done by one of them.
    private func rejected(_ rejection: LaunchGate.Rejection, attempt: Int, isFirst: Bool) -> [Draft] {
        let reason = live.stopReason?.error
        let error =
            reason
            ?? RecordedError(
                type: rejection.rawValue, message: "the step was not let through: \(rejection.rawValue)",
                result: rejection == .deadline ? "timeout" : "cancellation")
        return failed(error, attempt: attempt, isWithoutEffect: isFirst)
    }

    private func failed(_ error: RecordedError, attempt: Int, isWithoutEffect: Bool) -> [Draft] {
        // Of a step that was stopped, the reason is the run's error.
        let reason = live.stopReason?.error ?? error
        live.note(reason)
        return [
            Draft(
                failed: .stepFailed, step, attempt: attempt, reason, isFinal: true, isWithoutEffect: isWithoutEffect)
        ]
    }
}

extension RuntimeEnvironment {
    /// Nothing is said of being cut short: the caller looks whether it shall go on.
    func pause(_ duration: Duration) async { try? await clock.sleep(until: clock.instant(after: duration)) }

    /// Runs it in a task of its own, which can be left behind when it does not heed its cancellation.
    /// - Parameter deadline: in ns of the runtime's clock; the greatest number: none.
    func withWorker<Value: Sendable>(
        until deadline: UInt64, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withDeadline(deadline, clock: clock, executor: executor, grace: options.grace, body: body)
    }

    func withTimeout<Value: Sendable>(
        _ timeout: Duration, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withWorker(until: clock.instant(after: timeout), body)
    }

    /// When a time of the wall clock will be, by the runtime's own.
    func instant(of unix: UInt64?) -> UInt64 {
        guard let unix else { return .max }
        let wall = wall()
        return clock.now.advancedOrMax(by: unix > wall ? unix - wall : 0)
    }
}

/// Doing it again would only make it as long again.
private struct OutputTooLong: SagaError, NonRetryable, CustomStringConvertible {
    let step: String
    let bytes: Int
    let limit: Int

    var sagaResult: SagaResult { .error }
    var errorType: String { "unwritable" }
    var description: String {
        "what step \(step) has answered has \(bytes) bytes, and the log takes \(limit) in a record: answer a reference to it"
    }
}
