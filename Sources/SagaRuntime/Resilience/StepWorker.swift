import SagaTelemetry
import Synchronization

/// One body in a task of its own, and the clean-up of what is left of it when it is wanted no more.
///
/// The worker is running, then cleaning, then done, and each of these steps is taken once, whoever asks and from however
/// many threads. Clean-up cancels the task and the timer and gives the task the grace to end. The caller's continuation is
/// resumed on the step to done: by the task itself, or at the end of the grace. A task that has not ended by then is
/// marked as residual, and counted until it ends.
final class StepWorker<Value: Sendable>: Sendable {
    /// Why the worker is wanted no more.
    enum Cause: Sendable {
        case deadline
        case cancellation

        var error: any Error {
            switch self {
            case .deadline: DeadlineExceeded()
            case .cancellation: CancellationError()
            }
        }
    }

    private enum Phase {
        case running
        case cleaning(Cause)
        case done
    }

    private struct State {
        var phase = Phase.running
        var caller: CheckedContinuation<Value, any Error>?
        var task: Task<Void, Never>?
        /// Of the deadline; of the grace once that is cleaned up after.
        var timer: Task<Void, Never>?
        /// Of a task that was left behind.
        var residual: ResidualStep?
    }

    /// What is to be done with no lock held: cancellation runs code of others.
    private struct Settlement {
        let caller: CheckedContinuation<Value, any Error>?
        let timer: Task<Void, Never>?
    }

    private let clock: RuntimeClock
    private let executor: (any TaskExecutor)?
    private let grace: Duration
    /// The step that it works for.
    private let place = SagaContext.current
    private let state = Mutex(State())

    init(clock: RuntimeClock, executor: (any TaskExecutor)?, grace: Duration) {
        self.clock = clock
        self.executor = executor
        self.grace = grace
    }

    /// Is called once.
    func run(until deadline: UInt64, _ body: @Sendable @escaping () async throws -> Value) async throws -> Value {
        if clock.now >= deadline { clean(up: .deadline) }
        return try await withCheckedThrowingContinuation { caller in
            let refusal = state.withLock { state -> (any Error)? in
                if case .cleaning(let cause) = state.phase {
                    state.phase = .done
                    return cause.error
                }
                state.caller = caller
                return nil
            }
            if let refusal { return caller.resume(throwing: refusal) }
            begin(body)
            if deadline < .max { time(deadline, whileCleaning: false) { self.clean(up: .deadline) } }
        }
    }

    private func begin(_ body: @Sendable @escaping () async throws -> Value) {
        let task = Task(name: "attempt", executorPreference: executor) {
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            self.end(result)
        }
        let isWanted = state.withLock { state in
            guard case .running = state.phase else { return false }
            state.task = task
            return true
        }
        if !isWanted { task.cancel() }
    }

    /// A timer is no part of the saga: it inherits nothing.
    /// - Parameter isCleaning: the phase that it belongs to. Another one has come meanwhile: it is not needed.
    private func time(_ instant: UInt64, whileCleaning isCleaning: Bool, _ ring: @escaping @Sendable () -> Void) {
        let timer = Task.detached(name: "deadline", executorPreference: executor) { [clock] in
            do { try await clock.sleep(until: instant) } catch { return }
            ring()
        }
        let isNeeded = state.withLock { state in
            switch state.phase {
            case .running where !isCleaning, .cleaning where isCleaning: state.timer = timer
            case .running, .cleaning, .done: return false
            }
            return true
        }
        if !isNeeded { timer.cancel() }
    }

    // MARK: running → cleaning

    /// Safe to be called at any time, from any thread, any number of times: the first call decides.
    func clean(up cause: Cause) {
        let begun = state.withLock { state -> (task: Task<Void, Never>?, timer: Task<Void, Never>?)? in
            guard case .running = state.phase else { return nil }
            state.phase = .cleaning(cause)
            defer { (state.task, state.timer) = (nil, nil) }
            // Without a caller nothing has begun, and nothing will.
            return state.caller == nil ? nil : (state.task, state.timer)
        }
        guard let begun else { return }
        begun.timer?.cancel()
        begun.task?.cancel()
        time(clock.instant(after: grace), whileCleaning: true) { self.abandon() }
    }

    // MARK: → done

    private func end(_ result: Result<Value, any Error>) {
        let (settlement, answer, residual) = state.withLock { state in
            let answer: Result<Value, any Error> =
                switch (state.phase, result) {
                case (.cleaning(.deadline), .failure): .failure(DeadlineExceeded())
                default: result
                }
            defer { state.residual = nil }
            return (Self.settle(&state), answer, state.residual)
        }
        residual?.end()
        settlement.timer?.cancel()
        settlement.caller?.resume(with: answer)
    }

    private func abandon() {
        let residual = ResidualStep(of: place)
        let (settlement, cause) = state.withLock { state -> (Settlement?, Cause) in
            guard case .cleaning(let cause) = state.phase else { return (nil, .deadline) }
            residual.begin()
            state.residual = residual
            return (Self.settle(&state), cause)
        }
        guard let settlement else { return }
        residual.tell(cause == .deadline ? "deadline" : "cancellation")
        settlement.caller?.resume(throwing: cause.error)
    }

    private static func settle(_ state: inout State) -> Settlement {
        defer { (state.phase, state.caller, state.task, state.timer) = (.done, nil, nil, nil) }
        return Settlement(caller: state.caller, timer: state.timer)
    }
}
