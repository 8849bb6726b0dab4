/// What a circuit breaker does with calls. Raw values are `saga.breaker.state`.
package enum CircuitState: String, Sendable, CaseIterable {
    /// All are let through.
    case closed
    /// None is.
    case open
    /// A few are, to try.
    case halfOpen = "half_open"
}

/// From one state to another, or to the same.
struct CircuitChange {
    let from: CircuitState
    let to: CircuitState
    /// Of the last calls, 0 to 1.
    let failureRate: Double
    /// ns.
    let cooldown: UInt64
}
