import Synchronization

@testable import OTLPExporter

/// Time that passes only when a test says so, or when the code under test waits for a moment before `horizon`.
///
/// With the export timeout as the horizon, waits between attempts end at once, are noted in ``waits`` and move the time
/// on; the timer of an attempt, which would fire at the timeout itself, waits for ``advance(to:)``.
final class ManualClock: Sendable {
    private struct Sleeper {
        let wake: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Duration = .zero
        var waits: [Duration] = []
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var nextSleeper = 0
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let horizon: Duration
    private let unixTime: Int64
    private let state = Mutex(State())

    init(horizon: Duration, unixTime: Int64 = 784_111_777) {
        self.horizon = horizon
        self.unixTime = unixTime
    }

    var waits: [Duration] { state.withLock { $0.waits } }

    var exportClock: ExportClock {
        ExportClock(
            now: { self.state.withLock { $0.now } },
            sleep: { try await self.sleep($0) },
            unixTime: { self.unixTime })
    }

    func advance(to time: Duration) {
        let due = state.withLock { state in
            state.now = max(state.now, time)
            let due = state.sleepers.filter { $0.value.wake <= time }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Returns when something waits for a moment at or after the horizon.
    func sleeperArrived() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sleepers.isEmpty { state.watchers.append(continuation) }
                return !state.sleepers.isEmpty
            }
            if isThere { continuation.resume() }
        }
    }

    private func sleep(_ duration: Duration) async throws {
        try Task.checkCancellation()
        let id: Int? = state.withLock { state in
            if state.now + duration < horizon {
                state.now += duration
                state.waits.append(duration)
                return nil
            }
            state.nextSleeper += 1
            return state.nextSleeper
        }
        guard let id else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { park(id, duration, $0) }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.cancelled.insert(id)
                return state.sleepers.removeValue(forKey: id)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    private func park(_ id: Int, _ duration: Duration, _ continuation: CheckedContinuation<Void, any Error>) {
        let (isCancelled, watchers) = state.withLock { state in
            guard !state.cancelled.contains(id) else { return (true, state.watchers.prefix(0)) }
            state.sleepers[id] = Sleeper(wake: state.now + duration, continuation: continuation)
            defer { state.watchers = [] }
            return (false, state.watchers[...])
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
        for watcher in watchers { watcher.resume() }
    }
}
