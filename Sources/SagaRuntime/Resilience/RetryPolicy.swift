import Glibc
import SagaInstrumentation

/// An error after which trying again would only fail again: a request that is wrong in itself.
public protocol NonRetryable: Error {}

/// How often a step is tried, and how long to wait between: exponential, with full jitter, so that callers who failed
/// together do not come back together.
/// Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
public struct RetryPolicy: Sendable, Hashable {
    /// With the first one: 1 is no retry. At most 1,000.
    public var attempts: Int
    /// The longest wait after the first attempt.
    public var initial: Duration
    /// By how much that grows with each attempt; from 1 to 100.
    public var multiplier: Double
    /// The longest wait of all.
    public var maximum: Duration

    public init(
        attempts: Int, initial: Duration = .milliseconds(100), multiplier: Double = 2, maximum: Duration = .seconds(10)
    ) {
        self.attempts = attempts
        self.initial = initial
        self.multiplier = multiplier
        self.maximum = maximum
    }

    public static let none = RetryPolicy(attempts: 1)
    /// 3 attempts, waits of up to 100 ms and 200 ms.
    public static let `default` = RetryPolicy(attempts: 3)
    /// 10 attempts in 25 s on average: for compensations, which have no other way out than to succeed.
    public static let patient = RetryPolicy(attempts: 10, maximum: .seconds(10))

    /// How long to wait after so many attempts: evenly distributed from 0 to the exponential limit.
    ///
    /// - Parameter random: a random word. The same word gives the same wait.
    public func delay(afterAttempt n: Int, random: UInt64) -> Duration {
        let bound = bound(afterAttempt: n)
        // In a range of 64 bits all words are in it.
        let wait = bound == .max ? random : random.multipliedFullWidth(by: bound + 1).high
        return .nanoseconds(Int64(clamping: wait))
    }

    private func bound(afterAttempt n: Int) -> UInt64 {
        let (initial, maximum) = (initial.inNanoseconds, maximum.inNanoseconds)
        guard initial > 0 else { return 0 }
        let grown = Double(initial) * pow(multiplier, Double(max(n, 1) - 1))
        // Whatever is no number, or none of 64 bits, has outgrown the maximum.
        guard let bound = UInt64(exactly: grown.rounded()) else { return grown < 0 ? 0 : maximum }
        return min(bound, maximum)
    }

    /// Whether trying again after this error can help: not when the business said no, when the task was cancelled, or when
    /// the error says so itself.
    public static func isRetryable(_ error: any Error) -> Bool {
        if error is any NonRetryable || error is CancellationError { return false }
        switch (error as? any SagaError)?.sagaResult {
        case .failure, .cancellation: return false
        case .success, .compensated, .error, .timeout, .compensationFailed, nil: return true
        }
    }

    public func validate() throws(InvalidPolicy) {
        let check = PolicyCheck(policy: "RetryPolicy")
        try check.require((1...1000).contains(attempts), "attempts", "is \(attempts): take from 1 to 1,000")
        try check.require(initial >= .zero, "initial", "is \(initial): take 0 or more")
        try check.require((1...100).contains(multiplier), "multiplier", "is \(multiplier): take from 1 to 100")
        try check.require(maximum >= initial, "maximum", "is \(maximum): take initial, \(initial), or more")
        try check.require(maximum <= .seconds(86_400), "maximum", "is \(maximum): take up to a day")
    }
}
