import SagaLog

/// Where a run stands, on one side, and by which record: what the two sides are compared by.
struct RunStanding: Sendable, Hashable {
    let machine: RunMachine
    let lsn: LSN
}

/// A difference between the sides: one that is the same at the next look is a finding, unless it is one already.
struct RunDifference: Sendable, Hashable {
    let kind: RunFinding.Kind
    /// nil: nothing is there.
    let memory: RunStanding?
    let log: RunStanding?
    var fault: ShadowFault?

    /// A record that cannot be there is no lag, and neither is a standstill.
    var isCertain: Bool { fault != nil || kind == .stalled }
}
