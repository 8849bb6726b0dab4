import SagaLog

/// What all runs of a coordinator share: the world around them, which a simulation replaces.
struct RuntimeEnvironment: Sendable {
    let store: any SagaLogStore
    let clock: RuntimeClock
    let executor: (any TaskExecutor)?
    /// Words for the jitter of pauses.
    let random: @Sendable () -> UInt64
    /// Unix ns: of deadlines, which outlive the process.
    let wall: @Sendable () -> UInt64
    let options: CoordinatorOptions
    let breakers: BreakerTable
}
