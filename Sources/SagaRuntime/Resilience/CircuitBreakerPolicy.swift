/// When a circuit breaker opens, and how it finds out that it may close.
public struct CircuitBreakerPolicy: Sendable, Hashable {
    /// How many of the last calls are looked at. At most 10,000.
    public var window: Int
    /// Opens when this share of them failed, or more: above 0, at most 1.
    public var failureRate: Double
    /// With fewer calls than this in the window it stays closed.
    public var minimumCalls: Int
    /// How long it refuses before it tries.
    public var cooldown: Duration
    /// The cooldown doubles with each probe that fails, up to this.
    public var maximumCooldown: Duration
    /// How many calls are let through to try; it closes when all of them have succeeded. At most 1,000.
    public var probes: Int

    public init(
        window: Int = 100, failureRate: Double = 0.5, minimumCalls: Int = 20, cooldown: Duration = .seconds(5),
        maximumCooldown: Duration = .seconds(60), probes: Int = 3
    ) {
        self.window = window
        self.failureRate = failureRate
        self.minimumCalls = minimumCalls
        self.cooldown = cooldown
        self.maximumCooldown = maximumCooldown
        self.probes = probes
    }

    public static let `default` = CircuitBreakerPolicy()

    public func validate() throws(InvalidPolicy) {
        let check = PolicyCheck(policy: "CircuitBreakerPolicy")
        try check.require((1...10_000).contains(window), "window", "is \(window): take from 1 to 10,000")
        try check.require(
            failureRate > 0 && failureRate <= 1, "failureRate", "is \(failureRate): take above 0, at most 1")
        try check.require(
            (1...window).contains(minimumCalls), "minimumCalls", "is \(minimumCalls): take from 1 to window, \(window)")
        try check.require(cooldown > .zero, "cooldown", "is \(cooldown): take more than 0")
        try check.require(
            maximumCooldown >= cooldown, "maximumCooldown", "is \(maximumCooldown): take cooldown, \(cooldown), or more"
        )
        try check.require(
            maximumCooldown <= .seconds(86_400), "maximumCooldown", "is \(maximumCooldown): take up to a day")
        try check.require((1...1000).contains(probes), "probes", "is \(probes): take from 1 to 1,000")
    }
}
