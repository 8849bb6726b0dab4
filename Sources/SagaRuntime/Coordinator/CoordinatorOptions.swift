/// How a coordinator works.
public struct CoordinatorOptions: Sendable {
    /// Runs under way at once; further ones wait, those of each saga in a queue of their own.
    public var maximumRuns = 1_024
    /// Runs that wait; further ones are refused.
    public var maximumWaiting = 65_536
    /// Of a compensation that has no policy of its own. Undoing has no other way out than to succeed.
    public var compensationRetry = RetryPolicy.patient
    /// Of one attempt of a compensation whose step has no timeout.
    public var compensationTimeout = Duration.seconds(30)
    /// After this long no compensation of a run is tried again: what is not undone then is a dead letter.
    public var settleTimeout = Duration.seconds(300)
    /// How long an attempt that was cancelled has to end, before it is left to itself.
    public var grace = Duration.seconds(1)
    /// How long a shutdown waits for runs that are under way. Those that are left go on when the log is opened anew.
    public var shutdownTimeout = Duration.seconds(10)
    /// Outcomes of closed runs that are answered from memory; others are read from the log.
    public var rememberedOutcomes = 4_096
    /// How often runs in memory are compared with the log; zero: never.
    public var patrolPeriod = Duration.milliseconds(500)
    /// A run that is being worked on and has written nothing for this long is told of.
    public var stalledAfter = Duration.seconds(300)
    /// What is done with a run whose memory and log differ.
    public var findingPolicy = FindingPolicy.quarantine
    /// Where findings are written to, one file each, the last 20; nil: nowhere.
    public var dumpDirectory: String?

    public init() {}

    func validate() throws(SagaRuntimeError) {
        func require(_ isMet: Bool, _ text: String) throws(SagaRuntimeError) {
            if !isMet { throw .invalidOption(text) }
        }
        try require((1...1 << 20).contains(maximumRuns), "maximumRuns is \(maximumRuns): take from 1 to 1,048,576")
        try require(maximumWaiting >= 0, "maximumWaiting is \(maximumWaiting): take 0 or more")
        try require(rememberedOutcomes >= 0, "rememberedOutcomes is \(rememberedOutcomes): take 0 or more")
        for (name, duration) in [
            ("compensationTimeout", compensationTimeout), ("settleTimeout", settleTimeout),
            ("stalledAfter", stalledAfter),
        ] { try require(duration > .zero, "\(name) is \(duration): take more than 0") }
        for (name, duration) in [
            ("grace", grace), ("shutdownTimeout", shutdownTimeout), ("patrolPeriod", patrolPeriod),
        ] { try require(duration >= .zero, "\(name) is \(duration): take 0 or more") }
        do { try compensationRetry.validate() } catch { throw .invalidOption("compensationRetry: \(error)") }
    }
}

/// What is done with a run whose memory and log differ. It is told of, and a dump is kept, in any case.
public enum FindingPolicy: String, Codable, Sendable, CaseIterable {
    case report
    /// The run is set aside: nothing more is done for it until somebody says so.
    case quarantine
    /// The run's memory is made anew from the log, and goes on from there.
    case repair
}
