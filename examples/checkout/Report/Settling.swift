import Sagascope

extension SagascopeService {
    /// Participants may still be at work for clients that gave up waiting, and tasks may have outlived their sagas; their spans
    /// belong to the account: waits until no task of a saga is alive, and no span has been made for so long; 5 s at most.
    ///
    /// - Parameter period: longer than a slow request is late.
    func settle(every period: Duration) async throws {
        let deadline = ContinuousClock.now + .seconds(5)
        var created = -1
        while created != statistics.spans.created || hasLiveTasks, .now < deadline {
            created = statistics.spans.created
            try await Task.sleep(for: period)
        }
    }

    private var hasLiveTasks: Bool {
        let active = snapshot().metrics.first { $0.descriptor.name == "saga.task.active" }
        guard case .numbers(let points) = active?.points else { return false }
        return points.contains { $0.value != .int(0) }
    }
}
