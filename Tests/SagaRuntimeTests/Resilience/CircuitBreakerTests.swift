import SagaInstrumentation
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaRuntime

@Suite("2.2 The circuit breaker: a failure rate and a half-open state, not a timeout")
struct CircuitBreakerTests {
    private struct Declined: SagaError { var sagaResult: SagaResult { .failure } }

    private static let second: UInt64 = 1_000_000_000
    private static let policy = CircuitBreakerPolicy(
        window: 10, failureRate: 0.5, minimumCalls: 4, cooldown: .seconds(1), maximumCooldown: .seconds(3), probes: 2)

    private func breaker(_ step: String = "charge") throws -> CircuitBreaker {
        try CircuitBreaker(saga: "breaker", step: step, policy: Self.policy)
    }

    /// Calls that are made and answered at once.
    private func call(_ breaker: CircuitBreaker, _ outcomes: [Bool], now: UInt64 = 0) throws {
        for success in outcomes { breaker.record(try breaker.permit(now: now), success: success, now: now) }
    }

    private func opened(_ step: String = "charge") throws -> CircuitBreaker {
        let breaker = try breaker(step)
        try call(breaker, [false, false, false, false])
        return breaker
    }

    @Test func opensAtTheRateAndNotBeforeEnoughCalls() throws {
        let breaker = try breaker()
        try call(breaker, [false, false, false])
        #expect(breaker.state == .closed)
        try call(breaker, [true])
        #expect(breaker.state == .open)
        #expect(breaker.retryAt(now: 5) == Self.second)
    }

    @Test func onlyTheLastCallsCount() throws {
        let breaker = try breaker()
        try call(breaker, Array(repeating: true, count: 10))
        try call(breaker, [false, false, false, false])
        #expect(breaker.state == .closed)
        try call(breaker, [false])
        #expect(breaker.state == .open)
    }

    @Test func aBusinessThatSaysNoIsNoFailure() throws {
        let breaker = try breaker()
        let outcomes: [CircuitBreaker.Outcome] = [.init(Declined()), .init(CancellationError()), .init(nil)]
        #expect(outcomes == [.success, .unknown, .success])
        #expect(CircuitBreaker.Outcome(DeadlineExceeded()) == .failure)
        for _ in 0..<20 { breaker.record(try breaker.permit(now: 0), .init(Declined()), now: 0) }
        #expect(breaker.state == .closed)
    }

    @Test func halfOpenLetsItsProbesThroughAndClosesWhenTheySucceed() throws {
        let breaker = try opened()
        let first = try breaker.permit(now: Self.second)
        #expect(breaker.state == .halfOpen)
        let second = try breaker.permit(now: Self.second)
        #expect(breaker.retryAt(now: Self.second) != nil)
        breaker.record(first, success: true, now: Self.second)
        #expect(breaker.state == .halfOpen && breaker.retryAt(now: Self.second) != nil)
        breaker.record(second, success: true, now: Self.second)
        #expect(breaker.state == .closed)
        // What was before is forgotten.
        try call(breaker, [false, false, false], now: Self.second)
        #expect(breaker.state == .closed)
    }

    @Test func theCooldownDoublesUpToItsMaximumAndIsBackAfterASuccess() throws {
        let breaker = try opened()
        var now = Self.second
        for cooldown: UInt64 in [2, 3, 3] {
            breaker.record(try breaker.permit(now: now), success: false, now: now)
            #expect(breaker.state == .open)
            #expect(breaker.retryAt(now: now) == now + cooldown * Self.second)
            #expect(breaker.retryAt(now: now + cooldown * Self.second - 1) != nil)
            now += cooldown * Self.second
        }
        try call(breaker, [true, true], now: now)
        #expect(breaker.state == .closed)
        try call(breaker, [false, false, false, false], now: now)
        #expect(breaker.retryAt(now: now) == now + Self.second)
    }

    @Test func aPermitCountsOnceAndOnlyInItsState() throws {
        let breaker = try breaker()
        let late = try breaker.permit(now: 0)
        let twice = try breaker.permit(now: 0)
        for _ in 0..<10 { breaker.record(twice, success: false, now: 0) }
        #expect(breaker.state == .closed)
        try call(breaker, [false, false, false])
        #expect(breaker.state == .open)
        let probe = try breaker.permit(now: Self.second)
        // Of a call from before, and of another breaker.
        breaker.record(late, success: false, now: Self.second)
        breaker.record(try self.breaker().permit(now: 0), success: false, now: Self.second)
        #expect(breaker.state == .halfOpen)
        breaker.record(probe, success: true, now: Self.second)
        #expect(breaker.state == .halfOpen)
    }

    @Test func aProbeThatTellsNothingMakesRoomForAnother() throws {
        let breaker = try opened()
        breaker.record(try breaker.permit(now: Self.second), .unknown, now: Self.second)
        // Let go of without a word.
        _ = try breaker.permit(now: Self.second)
        try call(breaker, [true, true], now: Self.second)
        #expect(breaker.state == .closed)
    }

    @Test func probesThatNeverComeBackAreGivenUp() throws {
        let breaker = try opened()
        let lost = [try breaker.permit(now: Self.second), try breaker.permit(now: Self.second)]
        #expect(breaker.retryAt(now: Self.second) == 2 * Self.second)
        try call(breaker, [true, true], now: 2 * Self.second)
        #expect(breaker.state == .closed)
        for permit in lost { breaker.record(permit, success: false, now: 2 * Self.second) }
        #expect(breaker.state == .closed)
    }

    @Test func itTellsOfItsStates() async throws {
        let attributes: Attributes = ["saga.name": "breaker", "saga.step.name": "told"]
        @Sendable func state(_ state: CircuitState) -> Int? {
            metric(
                MetricCatalogue.breakerState,
                Attributes(attributes.pairs + [("saga.breaker.state", .string(state.rawValue))]))
        }
        try await withRecording { recording in
            var breaker: CircuitBreaker? = try opened("told")
            #expect([state(.closed), state(.open), state(.halfOpen)] == [0, 1, 0])
            _ = breaker?.retryAt(now: 0)
            #expect(metric(MetricCatalogue.breakerRefusals, attributes) == 1)
            if let breaker { try call(breaker, [true, true], now: Self.second) }
            #expect([state(.closed), state(.open), state(.halfOpen)] == [1, 0, 0])
            #expect(metric(MetricCatalogue.breakerTransitions, attributes) == 3)
            breaker = nil
            #expect([state(.closed), state(.open), state(.halfOpen)] == [0, 0, 0])

            let exported = try await recording.exported()
            func told(_ event: String) -> [ExportedLog] {
                exported.logs(named: event).filter { $0["saga.step.name"] == .string("told") }
            }
            let opened = told(EventCatalogue.breakerOpened)
            #expect(opened.map { $0["saga.breaker.failure.rate"] } == [.double(1)])
            #expect(opened.map { $0["saga.breaker.cooldown"] } == [.double(1)])
            #expect(told(EventCatalogue.breakerClosed).count == 1)
        }
    }

    /// However many ask at once, no more than the probes get through, and each counts.
    @Test func manyAskAtOnce() async throws {
        let breaker = try opened()
        let allowed = await withTaskGroup(of: CircuitBreaker.Permit?.self) { group in
            for _ in 0..<1_000 { group.addTask { try? breaker.permit(now: Self.second) } }
            var permits: [CircuitBreaker.Permit] = []
            for await permit in group { if let permit { permits.append(permit) } }
            return permits
        }
        #expect(allowed.count == 2)
        await withTaskGroup(of: Void.self) { group in
            for permit in allowed {
                for _ in 0..<10 { group.addTask { breaker.record(permit, success: true, now: Self.second) } }
            }
        }
        #expect(breaker.state == .closed)
    }

    @Test func anImpossiblePolicyIsRefusedByItsField() {
        let wrong: [(String, (inout CircuitBreakerPolicy) -> Void)] = [
            ("window", { $0.window = 0 }), ("window", { $0.window = 10_001 }), ("failureRate", { $0.failureRate = 0 }),
            ("failureRate", { $0.failureRate = .nan }), ("failureRate", { $0.failureRate = 1.1 }),
            ("minimumCalls", { $0.minimumCalls = 0 }), ("minimumCalls", { $0.minimumCalls = 101 }),
            ("cooldown", { $0.cooldown = .zero }), ("maximumCooldown", { $0.maximumCooldown = .seconds(1) }),
            ("maximumCooldown", { $0.maximumCooldown = .seconds(100_000) }), ("probes", { $0.probes = 0 }),
        ]
        for (field, change) in wrong {
            var policy = CircuitBreakerPolicy.default
            change(&policy)
            let error = #expect(throws: InvalidPolicy.self) {
                _ = try CircuitBreaker(saga: "breaker", step: "wrong", policy: policy)
            }
            #expect(error?.field == field)
        }
    }
}

extension CircuitBreaker {
    fileprivate func permit(now: UInt64) throws -> Permit {
        switch admit(now: now) {
        case .allowed(let permit): permit
        case .refused: throw CircuitOpen(saga: "breaker", step: "charge", retryAfter: .zero)
        }
    }

    fileprivate func retryAt(now: UInt64) -> UInt64? {
        if case .refused(let time) = admit(now: now) { time } else { nil }
    }
}
