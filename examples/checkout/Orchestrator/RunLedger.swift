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
        var steps: [CheckoutStep: StepTimes] = [:]
        /// What was undone, by order.
        var compensations: [String: [CheckoutStep]] = [:]
    }

    private let state = Mutex(Figures())

    var figures: Figures { state.withLock { $0 } }

    /// The runs so far by result; cheap enough to ask for while they go on.
    var results: [SagaResult: Int] { state.withLock { $0.results } }

    func noteCompensation(of step: CheckoutStep, for order: Order) {
        state.withLock { state in
            // A call whose answer came too late is repeated.
            if state.compensations[order.id]?.contains(step) != true {
                state.compensations[order.id, default: []].append(step)
            }
        }
    }

    func hasCompensated(_ order: Order) -> Bool { state.withLock { $0.compensations[order.id] != nil } }

    /// Notes a run that has ended.
    func noteEnd(of order: Order, _ end: RunEnd, after elapsed: Duration) {
        let run = Run(order: order, result: end.sagaResult, reason: end.reason, seconds: elapsed / .seconds(1))
        state.withLock { state in
            state.runs.append(run)
            state.results[run.result, default: 0] += 1
        }
    }

    /// Runs one attempt of a step and notes how long it took, whether it succeeds or not.
    func time(_ step: CheckoutStep, attempt: Int, _ call: () async throws -> Void) async throws {
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
