internal import CSagascope
import Synchronization

/// Steps whose compensation has closed since the last look, in runs that have other tasks too.
public enum CompensatedSteps {
    struct Key: Hashable {
        let run: UInt32
        let scope: UInt32
    }

    /// Kept from one look to the next; what is beyond is not looked into.
    private static let limit = 4096
    private static let closed = Mutex<[Key: UInt64]>([:])

    /// A compensation has closed.
    /// - Parameters:
    ///   - run: the run's handle.
    ///   - scope: of the step.
    public static func note(run: UInt32, scope: UInt32) {
        // With the run's own task alone there is nobody left over.
        guard sgs_run_tasks(run) > 1 else { return }
        closed.withLock { closed in
            guard closed.count < limit else { return }
            closed[Key(run: run, scope: scope)] = sgs_recording_ns()
            sgs_run_set_compensated(run, 1)
        }
    }

    /// Hands over what was noted, with the time at which each closed, on the recording clock. The tasks of these runs are
    /// suspects during `body`.
    static func withNoted<Result>(_ body: ([Key: UInt64]) -> Result) -> Result {
        let noted = closed.withLock { closed in
            defer { closed = [:] }
            return closed
        }
        defer {
            closed.withLock { closed in
                let again = Set(closed.keys.map(\.run))
                for run in Set(noted.keys.map(\.run)) where !again.contains(run) { sgs_run_set_compensated(run, 0) }
            }
        }
        return body(noted)
    }
}
