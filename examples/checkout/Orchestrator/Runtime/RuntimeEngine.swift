import SagaLog
import SagaRuntime
import Sagascope

/// Orders run by the saga runtime.
struct RuntimeEngine: CheckoutEngine {
    private let coordinator: SagaCoordinator
    private let saga: Saga<Order>

    /// Runs `body` with an engine that has taken over what an earlier process left open in the log.
    static func running(
        _ definition: CheckoutDefinition, on log: SagaLog,
        _ body: (RuntimeEngine, RecoveryReport) async throws -> Void
    ) async throws {
        let saga = try definition.saga()
        let coordinator = try SagaCoordinator(log: log, sagas: [saga])
        // No part of the service group: on its graceful shutdown the orders under way are finished first.
        let service = Task.detached(name: "coordinator") { try await coordinator.run() }
        do {
            try await body(RuntimeEngine(coordinator: coordinator, saga: saga), try await coordinator.recover())
        } catch {
            service.cancel()
            throw error
        }
        service.cancel()
        try await service.value
    }

    func end(of order: Order) async -> RunEnd {
        do {
            let outcome = try await coordinator.run(saga, id: order.id, input: order)
            return RunEnd(outcome.result, reason: outcome.error?.type)
        } catch {
            Console.progress("\(order.id): \(error)\n")
            return RunEnd(error, wasUndone: false)
        }
    }
}
