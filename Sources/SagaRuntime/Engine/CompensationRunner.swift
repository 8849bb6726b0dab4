import SagaInstrumentation
import SagaLog
import SagaParticipant

/// Undoes one step: patiently, until it has succeeded, or its time is up and it is a dead letter.
struct CompensationRunner: Sendable {
    typealias Draft = RunJournal.Draft

    let live: LiveRun
    let step: StepBlueprint
    let environment: RuntimeEnvironment
    /// When the run's compensations shall be over, in ns of the runtime's clock.
    let settles: UInt64

    /// - Returns: what is to be written down of it.
    func run(_ undo: @escaping StepBlueprint.Work, attempt first: Int) async throws(SagaRuntimeError) -> [Draft] {
        var attempt = first
        var broken: SagaRuntimeError?
        do {
            try await withCompensation(step.name, reason: live.error?.message) {
                while true {
                    do { return try await perform(undo, attempt: attempt) } catch {
                        let delay = policy.delay(afterAttempt: attempt - first + 1, random: environment.random())
                        guard goesOn(afterAttempt: attempt - first + 1, delay) else { throw error }
                        do throws(SagaRuntimeError) { try await note(error, attempt: attempt) } catch let log {
                            broken = log
                            throw log
                        }
                        await environment.pause(delay)
                        attempt += 1
                    }
                }
            }
            return [Draft(.compensationCommitted, step, attempt: attempt)]
        } catch {
            if let broken { throw broken }
            return [
                Draft(failed: .compensationFailed, step, attempt: attempt, RecordedError(error), isFinal: true)
                    .asDeadLetter
            ]
        }
    }

    private var policy: RetryPolicy { step.compensationRetry ?? environment.options.compensationRetry }

    private func goesOn(afterAttempt count: Int, _ delay: Duration) -> Bool {
        count < policy.attempts && environment.clock.instant(after: delay) < settles
    }

    /// The next attempt is begun before the pause: after a crash in it, it is repeated.
    private func note(_ error: any Error, attempt: Int) async throws(SagaRuntimeError) {
        let failed = Draft(failed: .compensationFailed, step, attempt: attempt, RecordedError(error), isFinal: false)
        try await live.journal.commit([failed, Draft(.compensationStarted, step, attempt: attempt + 1)])
    }

    private func perform(_ undo: @escaping StepBlueprint.Work, attempt: Int) async throws {
        let call = StepCall(
            saga: live.blueprint.name, run: live.id, step: step.name, operation: .compensation, attempt: attempt)
        let (input, outputs) = (live.input, live.outputs)
        let timeout = step.timeout ?? environment.options.compensationTimeout
        _ = try await environment.withTimeout(timeout) { try await undo(input, call, outputs) }
    }
}

extension RunJournal.Draft {
    /// One compensation that gives up does not keep the others from being tried.
    fileprivate var asDeadLetter: Self {
        var draft = self
        draft.isFinalFailure = false
        return draft
    }
}
