import Synchronization
import TestSupport

/// Runs tasks one after the other on the thread that asks for it, and chooses by a seed which of those that could run does.
final class SimulatedExecutor: TaskExecutor {
    private let state: Mutex<State>

    private struct State {
        var random: SplitMix
        var jobs: [UnownedJob] = []
    }

    init(seed: UInt64) { state = Mutex(State(random: SplitMix(state: seed))) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// - Returns: false when no task can run.
    func runOne() -> Bool {
        let job = state.withLock { state -> UnownedJob? in
            guard !state.jobs.isEmpty else { return nil }
            return state.jobs.remove(at: Int.random(in: state.jobs.indices, using: &state.random))
        }
        job?.runSynchronously(on: asUnownedTaskExecutor())
        return job != nil
    }
}
