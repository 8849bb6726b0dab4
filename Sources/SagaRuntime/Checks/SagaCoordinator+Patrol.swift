extension SagaCoordinator {
    /// Compares every run in memory with the log, every ``CoordinatorOptions/patrolPeriod``, until the task is cancelled.
    func patrol() async {
        let period = environment.options.patrolPeriod
        guard period > .zero else { return await environment.pause(.seconds(1 << 32)) }
        var patrol = RunPatrol(self)
        while !Task.isCancelled {
            await environment.pause(period)
            if !Task.isCancelled { await patrol.check() }
        }
    }

    /// What the last looks found, at most 100, the newest at the end.
    public var findings: [RunFinding] { ledger.findings }
}
