import SagaLog
import Sagascope

/// What the orchestrator writes down of one order. Each record is durable before the saga goes on, so that after a crash it is
/// known what has been done, and what has to be undone.
struct OrderJournal: Sendable {
    private let run: LogRun

    /// Keeps a journal of the saga run that this is called in, from its first record to its last.
    static func keep(_ order: Order, in log: SagaLog, _ body: (OrderJournal) async throws -> Void) async throws {
        let run = log.run(SagaContext.current?.runID ?? .random())
        try await run.commit(.runStarted, name: CheckoutSaga.name, trace: .active, payload: Array(order.id.utf8))
        do {
            try await body(OrderJournal(run: run))
        } catch {
            try await run.commit(.runClosed, name: CheckoutSaga.name, trace: .active, payload: text(error))
            throw error
        }
        try await run.commit(.runClosed, name: CheckoutSaga.name, trace: .active)
    }

    /// One attempt of a step: that it begins, and what came of it.
    func step(_ step: CheckoutStep, attempt: Int, _ call: () async throws -> Void) async throws {
        try await note(.stepStarted, step, attempt)
        do {
            try await call()
        } catch {
            try await note(.stepFailed, step, attempt, payload: Self.text(error))
            throw error
        }
        try await note(.stepCommitted, step, attempt)
    }

    func compensation(of step: CheckoutStep, _ undo: () async throws -> Void) async throws {
        try await note(.compensationStarted, step, 1)
        do {
            try await undo()
        } catch {
            try await note(.compensationFailed, step, 1, payload: Self.text(error))
            throw error
        }
        try await note(.compensationCommitted, step, 1)
    }

    private func note(_ kind: LogRecordKind, _ step: CheckoutStep, _ attempt: Int, payload: [UInt8] = []) async throws {
        try await run.commit(
            kind, name: step.rawValue, step: step.index, attempt: UInt16(clamping: attempt), trace: .active,
            payload: payload)
    }

    private static func text(_ error: any Error) -> [UInt8] { Array("\(error)".utf8.prefix(256)) }
}
