import SagaInstrumentation
import Synchronization

/// Keeps calls away from what fails anyway, and finds out when it works again.
///
/// Closed, it counts the last calls; when too many of them failed it opens, and refuses. After the cooldown it is half-open:
/// it lets a few calls through as probes, closes when all of them succeed, and opens for twice as long when one fails.
/// It has no task: a state changes when a call comes or ends. One breaker is for one kind of step.
package final class CircuitBreaker: Sendable {
    package enum Admission: Sendable {
        case allowed(Permit)
        /// - Parameter retryAt: when to ask again, in the clock's ns.
        case refused(retryAt: UInt64)
    }

    /// What a call came to, for its breaker.
    package enum Outcome: Sendable, Hashable {
        case success
        case failure
        /// It tells nothing of what was called, as when the caller was cancelled.
        case unknown

        /// A business that says no has answered.
        package init(_ error: (any Error)?) {
            guard let error else {
                self = .success
                return
            }
            switch (error as? any SagaError)?.sagaResult {
            case .failure, .success: self = .success
            case .cancellation: self = .unknown
            default: self = error is CancellationError ? .unknown : .failure
            }
        }
    }

    /// Leave for one call. It counts once; one that is given up unsettled counts as unknown.
    package final class Permit: Sendable {
        fileprivate let breaker: CircuitBreaker
        fileprivate let generation: UInt64
        private let isSettled = Atomic<Bool>(false)

        fileprivate init(_ breaker: CircuitBreaker, _ generation: UInt64) {
            self.breaker = breaker
            self.generation = generation
        }

        deinit { if settle() { breaker.giveBack(generation) } }

        fileprivate func settle() -> Bool { !isSettled.exchange(true, ordering: .acquiringAndReleasing) }
    }

    fileprivate enum Phase {
        case closed
        case open(until: UInt64)
        /// - Parameters:
        ///   - left: probes that may still be let through.
        ///   - awaited: successes that are missing.
        ///   - renewal: when probes that have not come back by then are given up.
        case halfOpen(left: Int, awaited: Int, renewal: UInt64)
    }

    fileprivate struct Contents {
        var phase = Phase.closed
        /// Of the phase: a permit of an earlier one counts no more.
        var generation: UInt64 = 0
        var window: CallWindow
        var cooldown: UInt64
    }

    package let policy: CircuitBreakerPolicy
    private let instruments: BreakerInstruments
    private let contents: Mutex<Contents>

    /// - Throws: ``InvalidPolicy``.
    package init(saga: String, step: String, policy: CircuitBreakerPolicy = .default) throws(InvalidPolicy) {
        try policy.validate()
        self.policy = policy
        instruments = BreakerInstruments(saga: saga, step: step)
        contents = Mutex(
            Contents(window: CallWindow(size: policy.window), cooldown: policy.cooldown.inNanoseconds))
        instruments.begin()
    }

    deinit { instruments.end(state) }

    package var state: CircuitState { contents.withLock { $0.phase.state } }

    // MARK: calls

    /// - Parameter now: the clock's ns, here and below.
    package func admit(now: UInt64) -> Admission {
        let (generation, retryAt, change) = contents.withLock { contents in
            let before = contents.phase.state
            let retryAt = admit(to: &contents, now: now)
            return (contents.generation, retryAt, CircuitChange(from: before, contents))
        }
        instruments.tell(change)
        guard let retryAt else { return .allowed(Permit(self, generation)) }
        instruments.refused()
        return .refused(retryAt: retryAt)
    }

    /// - Returns: nil when the call may be made.
    private func admit(to contents: inout Contents, now: UInt64) -> UInt64? {
        switch contents.phase {
        case .closed: return nil
        case .open(let until) where now < until: return until
        case .halfOpen(let left, let awaited, let renewal) where left > 0:
            contents.phase = .halfOpen(left: left - 1, awaited: awaited, renewal: renewal)
            return nil
        case .halfOpen(_, _, let renewal) where now < renewal: return renewal
        case .open, .halfOpen:
            contents.generation += 1
            contents.phase = .halfOpen(
                left: policy.probes - 1, awaited: policy.probes, renewal: now.advancedOrMax(by: contents.cooldown))
            return nil
        }
    }

    package func record(_ permit: Permit, success: Bool, now: UInt64) {
        record(permit, success ? .success : .failure, now: now)
    }

    /// The call has ended. Counts once, and not at all when the breaker has changed its state since.
    package func record(_ permit: Permit, _ outcome: Outcome, now: UInt64) {
        guard permit.breaker === self, permit.settle() else { return }
        let change = contents.withLock { contents in
            let before = contents.phase.state
            if contents.generation == permit.generation { settle(outcome, in: &contents, now: now) }
            return CircuitChange(from: before, contents)
        }
        instruments.tell(change)
    }

    private func settle(_ outcome: Outcome, in contents: inout Contents, now: UInt64) {
        switch (contents.phase, outcome) {
        case (.closed, .unknown), (.open, _): break
        case (.closed, _):
            contents.window.add(failed: outcome == .failure)
            guard contents.window.calls >= policy.minimumCalls, contents.window.failureRate >= policy.failureRate
            else { return }
            open(&contents, now: now)
        case (.halfOpen(let left, let awaited, let renewal), .unknown):
            contents.phase = .halfOpen(left: left + 1, awaited: awaited, renewal: renewal)
        case (.halfOpen, .failure):
            let (doubled, isOver) = contents.cooldown.multipliedReportingOverflow(by: 2)
            contents.cooldown = min(isOver ? .max : doubled, policy.maximumCooldown.inNanoseconds)
            open(&contents, now: now)
        case (.halfOpen(_, 1, _), .success):
            contents.generation += 1
            contents.phase = .closed
            contents.window.clear()
            contents.cooldown = policy.cooldown.inNanoseconds
        case (.halfOpen(let left, let awaited, let renewal), .success):
            contents.phase = .halfOpen(left: left, awaited: awaited - 1, renewal: renewal)
        }
    }

    private func open(_ contents: inout Contents, now: UInt64) {
        contents.generation += 1
        contents.phase = .open(until: now.advancedOrMax(by: contents.cooldown))
    }

    /// A permit was let go of without a word.
    private func giveBack(_ generation: UInt64) {
        contents.withLock { contents in
            if contents.generation == generation { settle(.unknown, in: &contents, now: 0) }
        }
    }
}

extension CircuitChange {
    fileprivate init(from before: CircuitState, _ contents: CircuitBreaker.Contents) {
        self.init(
            from: before, to: contents.phase.state, failureRate: contents.window.failureRate,
            cooldown: contents.cooldown)
    }
}

extension CircuitBreaker.Phase {
    fileprivate var state: CircuitState {
        switch self {
        case .closed: .closed
        case .open: .open
        case .halfOpen: .halfOpen
        }
    }
}
