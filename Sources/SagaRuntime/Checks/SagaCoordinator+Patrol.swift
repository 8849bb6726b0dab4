import SagaLog

extension SagaCoordinator {
    /// Compares every run in memory with the log, every ``CoordinatorOptions/patrolPeriod``, until the task is cancelled.
    func patrol() async {
        let period = environment.options.patrolPeriod
        guard period > .zero else { return await environment.pause(.seconds(1 << 32)) }
        var shadow = LogShadow()
        while !Task.isCancelled {
            await environment.pause(period)
            await check(&shadow)
        }
    }

    func check(_ shadow: inout LogShadow) async {}
}
struct LogShadow {}
