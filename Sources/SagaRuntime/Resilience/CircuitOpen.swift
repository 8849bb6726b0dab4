public import SagaInstrumentation

/// The circuit breaker of a step let no call through.
public struct CircuitOpen: SagaError, Hashable, CustomStringConvertible {
    public let saga: String
    public let step: String
    /// When a call may be let through again, from the refusal on.
    public let retryAfter: Duration

    public init(saga: String, step: String, retryAfter: Duration) {
        self.saga = saga
        self.step = step
        self.retryAfter = retryAfter
    }

    public var sagaResult: SagaResult { .error }
    public var errorType: String { "circuit_open" }
    public var description: String {
        "step \(step) of \(saga) was not called: too many of its last calls failed; the next try is in \(retryAfter)"
    }
}
