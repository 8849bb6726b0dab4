import SagaLog
public import ServiceLifecycle

extension SagaCoordinator: Service {
    /// Takes over what is open in the log, compares memory and log now and then, and ends gracefully.
    public func run() async throws {
        try await recover()
        // A task's cancellation ends it as well.
        await cancelWhenGracefulShutdown { await self.patrol() }
        await shutdown()
    }

    /// Takes no further run, waits for those that are under way, and leaves to the log those that take too long: whoever opens
    /// it next goes on with them.
    public func shutdown() async {
        runs.close()
        admission.close()
        let ends = environment.clock.instant(after: environment.options.shutdownTimeout)
        while runs.live.contains(where: { $0.outcome.value == nil }), environment.clock.now < ends {
            await environment.pause(.milliseconds(20))
            if Task.isCancelled { break }
        }
        for live in runs.live where live.outcome.value == nil {
            live.journal.stop(.shuttingDown)
            live.stop(.shutdown)
        }
    }
}
