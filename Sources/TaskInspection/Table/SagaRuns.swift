internal import CSagascope
import Synchronization

/// The saga runs that live tasks belong to, by the handles that stand in the tasks' records.
public enum SagaRuns {
    public struct Run: Sendable {
        public let saga: String
        /// `saga.run.id`
        public let id: String
        /// On the recording clock; nil while it goes on.
        package fileprivate(set) var ended: UInt64?

        public init(saga: String, id: String) {
            self.saga = saga
            self.id = id
        }
    }

    private struct State {
        var runs: [UInt32: Run] = [:]
        var free: [UInt32] = []
        /// The highest handle so far. 0 at first: see ``TaskTiers``.
        var last: UInt32 = 0
    }

    private static let state = Mutex(State())

    /// - Returns: the handle of a run that begins; nil when a million are alive.
    public static func open(_ run: Run) -> UInt32? {
        state.withLock { state in
            guard let handle = state.free.popLast() ?? (state.last + 1 < SGS_RUNS ? state.last + 1 : nil) else {
                return nil
            }
            state.last = max(state.last, handle)
            state.runs[handle] = run
            sgs_run_opened(handle)
            return handle
        }
    }

    /// The run has ended. Its handle stands for it until its last task is gone.
    public static func close(_ handle: UInt32) {
        state.withLock { $0.runs[handle]?.ended = sgs_recording_ns() }
        if sgs_run_closed(handle) != 0 { free(handle) }
    }

    /// A task that belonged to it is gone.
    public static func leave(_ handle: UInt32) { if sgs_run_left(handle) != 0 { free(handle) } }

    private static func free(_ handle: UInt32) {
        sgs_run_notes_release(handle)
        state.withLock { state in
            state.runs[handle] = nil
            state.free.append(handle)
        }
    }

    /// nil for a run that goes on, or is gone with all its tasks.
    static func end(of handle: UInt32) -> UInt64? { state.withLock { $0.runs[handle]?.ended } }

    /// The handle of a run that goes on, by its `saga.run.id`; it looks at all of them.
    package static func handle(of id: String) -> UInt32? {
        state.withLock { $0.runs.first { $0.value.id == id && $0.value.ended == nil }?.key }
    }

    static var all: [UInt32: Run] { state.withLock { $0.runs } }

    /// Those of these handles that are there.
    static func these(_ handles: Set<UInt32>) -> [UInt32: Run] {
        state.withLock { state in
            Dictionary(uniqueKeysWithValues: handles.compactMap { handle in state.runs[handle].map { (handle, $0) } })
        }
    }
}
