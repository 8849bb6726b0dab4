import FoundationEssentials
import SagaInstrumentation
import SagaLog
import SagaParticipant
import SagaTelemetry
import Synchronization
import TestSupport
import Testing

@testable import SagaRuntime

/// Calls that arrived at the steps of a saga, in order.
final class CallLog: Sendable {
    private let calls = Mutex<[StepCall]>([])

    func note(_ call: StepCall) { calls.withLock { $0.append(call) } }

    func steps(_ operation: BarrierOperation) -> [String] {
        calls.withLock { $0.filter { $0.operation == operation }.map(\.step) }
    }
}

/// The business says no.
struct Declined: SagaError {
    var sagaResult: SagaResult { .failure }
    var errorType: String { "declined" }
}

/// The system broke.
struct OutOfOrder: Error {}

final class CallCounter: Sendable {
    private let counted = Atomic<Int>(0)

    func count() { counted.add(1, ordering: .relaxed) }

    var value: Int { counted.load(ordering: .relaxed) }
}

/// A coordinator on a log that is memory, ended at last.
@discardableResult func withCoordinator<Value>(
    _ sagas: [any SagaDefinition], on log: MemoryLog = MemoryLog(), store: MemoryStore? = nil,
    options: CoordinatorOptions = quickOptions(),
    _ body: (SagaCoordinator) async throws -> Value
) async throws -> Value {
    let coordinator = try SagaCoordinator(log: store ?? MemoryStore(log), sagas: sagas, options: options)
    let value = try await body(coordinator)
    await coordinator.shutdown()
    return value
}

func quickOptions() -> CoordinatorOptions {
    var options = CoordinatorOptions()
    options.compensationRetry = RetryPolicy(attempts: 3, initial: .zero, maximum: .zero)
    options.shutdownTimeout = .zero
    options.patrolPeriod = .zero
    return options
}

extension RetryPolicy {
    static func at(once attempts: Int) -> RetryPolicy {
        RetryPolicy(attempts: attempts, initial: .zero, maximum: .zero)
    }
}

/// Something that a step waits for.
final class Latch: Sendable {
    private let state = Mutex<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
