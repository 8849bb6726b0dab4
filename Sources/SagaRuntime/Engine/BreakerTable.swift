import Synchronization

/// The circuit breakers of a coordinator: one for each step of a saga that has a policy, shared by all its runs.
final class BreakerTable: Sendable {
    private struct Key: Hashable {
        let saga: String
        let step: String
    }

    private let breakers = Mutex<[Key: CircuitBreaker]>([:])

    /// Makes one call, if the step's breaker lets it through.
    /// - Throws: ``CircuitOpen``, or what the call threw.
    func guarding<Value>(
        _ step: StepBlueprint, of saga: SagaBlueprint, clock: RuntimeClock, _ call: () async throws -> Value
    ) async throws -> Value {
        guard let policy = step.breaker else { return try await call() }
        let breaker = try breaker(saga.name, step.name, policy)
        switch breaker.admit(now: clock.now) {
        case .refused(let retryAt):
            let wait = Duration.nanoseconds(Int64(clamping: retryAt &- min(retryAt, clock.now)))
            throw CircuitOpen(saga: saga.name, step: step.name, retryAfter: wait)
        case .allowed(let permit):
            do {
                let value = try await call()
                breaker.record(permit, .init(nil), now: clock.now)
                return value
            } catch {
                breaker.record(permit, .init(error), now: clock.now)
                throw error
            }
        }
    }

    /// The first version's policy holds for all of a saga's versions.
    private func breaker(_ saga: String, _ step: String, _ policy: CircuitBreakerPolicy) throws -> CircuitBreaker {
        try breakers.withLock { breakers in
            let key = Key(saga: saga, step: step)
            if let known = breakers[key] { return known }
            let made = try CircuitBreaker(saga: saga, step: step, policy: policy)
            breakers[key] = made
            return made
        }
    }
}
