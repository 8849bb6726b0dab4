import SagaInstrumentation
import TestSupport
import Testing

@testable import SagaRuntime

@Suite("Retries")
struct RetryPolicyTests {
    private struct Declined: SagaError { var sagaResult: SagaResult { .failure } }
    private struct Malformed: NonRetryable {}
    private struct Broken: Error {}

    @Test func theLimitGrowsExponentially() {
        let policy = RetryPolicy(attempts: 9, initial: .milliseconds(100), multiplier: 2, maximum: .seconds(1))
        let longest = (1...6).map { policy.delay(afterAttempt: $0, random: .max) }
        #expect(longest == [100, 200, 400, 800, 1000, 1000].map { .milliseconds($0) })
        #expect((1...6).allSatisfy { policy.delay(afterAttempt: $0, random: 0) == .zero })
    }

    @Test func theJitterIsFullAndReproduces() {
        let policy = RetryPolicy(attempts: 3, initial: .seconds(1), multiplier: 1, maximum: .seconds(1))
        var words = SplitMix(state: 1)
        var quarters = [0, 0, 0, 0]
        for _ in 0..<4_000 {
            let word = words.next()
            let wait = policy.delay(afterAttempt: 1, random: word)
            #expect(wait == policy.delay(afterAttempt: 1, random: word))
            quarters[min(3, Int(wait / .milliseconds(250)))] += 1
        }
        #expect(quarters.allSatisfy { (850...1150).contains($0) }, "\(quarters)")
    }

    @Test func noValueOverflows() {
        let durations: [Duration] = [.seconds(-1), .zero, .nanoseconds(1), .seconds(86_400), .seconds(Int64.max)]
        let multipliers = [-1, 0, 1, 2, 1e300, .infinity, -.infinity, .nan]
        let numbers = [Int.min, -1, 0, 1, 2, 63, 64, 1000, Int.max]
        for initial in durations {
            for maximum in durations {
                for multiplier in multipliers {
                    let policy = RetryPolicy(
                        attempts: .max, initial: initial, multiplier: multiplier, maximum: maximum)
                    for (number, word) in zip(numbers, [0, 1, .max, .max / 2, .max, 7, .max, .max, .max] as [UInt64]) {
                        let wait = policy.delay(afterAttempt: number, random: word)
                        #expect(wait >= .zero && wait <= max(maximum, .zero))
                    }
                }
            }
        }
    }

    @Test func whatIsTriedAgain() {
        #expect(RetryPolicy.isRetryable(Broken()))
        #expect(RetryPolicy.isRetryable(DeadlineExceeded()))
        #expect(!RetryPolicy.isRetryable(Declined()))
        #expect(!RetryPolicy.isRetryable(Malformed()))
        #expect(!RetryPolicy.isRetryable(CancellationError()))
    }

    @Test func anImpossiblePolicyIsRefusedByItsField() throws {
        try RetryPolicy.none.validate()
        try RetryPolicy.default.validate()
        let wrong: [(String, (inout RetryPolicy) -> Void)] = [
            ("attempts", { $0.attempts = 0 }), ("attempts", { $0.attempts = 1001 }),
            ("initial", { $0.initial = .seconds(-1) }), ("multiplier", { $0.multiplier = 0.5 }),
            ("multiplier", { $0.multiplier = .nan }), ("maximum", { $0.maximum = .zero }),
            ("maximum", { $0.maximum = .seconds(1_000_000) }),
        ]
        for (field, change) in wrong {
            var policy = RetryPolicy.default
            change(&policy)
            let error = #expect(throws: InvalidPolicy.self) { try policy.validate() }
            #expect(error?.field == field)
            #expect(error?.description.hasPrefix("RetryPolicy.\(field) is ") == true)
        }
    }
}
