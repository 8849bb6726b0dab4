import Sagascope
import Synchronization

/// What the orchestrator itself saw of its runs: every duration, exactly, to set against what the telemetry says.
final class RunLedger: Sendable {
    struct Run: Sendable {
        let order: Order
        let result: SagaResult
        /// One word for what stopped it; nil when nothing did.
        let reason: String?
        let seconds: Double
    }

    /// Everything noted about one step.
    struct StepTimes: Sendable {
        /// Runs that came to the step.
        var runs = 0
        /// One duration in seconds for each attempt.
        var attempts: [Double] = []
        var failed = 0
    }

    struct Figures: Sendable {
        var runs: [Run] = []
        var results: [SagaResult: Int] = [:]
        var steps: [Step: StepTimes] = [:]
        /// What was undone, by order.
        var compensations: [String: [Step]] = [:]
    }

    private let state = Mutex(Figures())

    var figures: Figures { state.withLock { $0 } }

    /// The runs so far by result; cheap enough to ask for while they go on.
    var results: [SagaResult: Int] { state.withLock { $0.results } }

    func noteCompensation(of step: Step, for order: Order) {
        state.withLock { $0.compensations[order.id, default: []].append(step) }
    }

    /// Notes a run that has ended, with the error it ended with.
    func noteEnd(of order: Order, _ error: (any Error)?, after elapsed: Duration) {
        state.withLock { state in
            let wasUndone = state.compensations[order.id] != nil
            let result = Self.result(of: error, wasUndone: wasUndone)
            let reason = error.map { ($0 as? any SagaError)?.errorType ?? "\(type(of: $0))" }
            state.runs.append(Run(order: order, result: result, reason: reason, seconds: elapsed / .seconds(1)))
            state.results[result, default: 0] += 1
        }
    }

    private static func result(of error: (any Error)?, wasUndone: Bool) -> SagaResult {
        guard let error else { return .success }
        let result = (error as? any SagaError)?.sagaResult ?? (error is CancellationError ? .cancellation : .error)
        return wasUndone && result != .compensationFailed ? .compensated : result
    }

    /// Runs one attempt of a step and notes how long it took, whether it succeeds or not.
    func time(_ step: Step, attempt: Int, _ call: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        var failed = true
        defer {
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            state.withLock { state in
                var times = state.steps.removeValue(forKey: step) ?? StepTimes()
                if attempt == 1 { times.runs += 1 }
                if failed { times.failed += 1 }
                times.attempts.append(seconds)
                state.steps[step] = times
            }
        }
        try await call()
        failed = false
    }
}
