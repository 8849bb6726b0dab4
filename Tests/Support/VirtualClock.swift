import Synchronization

/// A clock that stands still until it is moved: tests say when what happens.
///
/// ```swift
/// let clock = VirtualClock()
/// async let late: Void = clock.sleep(until: clock.now.advanced(by: .seconds(3600)), tolerance: nil)
/// await clock.untilSleeping(1)
/// clock.advance(by: .seconds(3600))
/// try await late
/// ```
public final class VirtualClock: Clock, Sendable {
    public struct Instant: InstantProtocol {
        /// Since the clock was made.
        public let offset: Duration

        public func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        public func duration(to other: Instant) -> Duration { other.offset - offset }
        public static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        let id: UInt64
        let deadline: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Duration.zero
        var nextID: UInt64 = 0
        /// By deadline; those of one deadline in the order of their coming.
        var sleepers: [Sleeper] = []
        var observers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    public init() {}

    public var now: Instant { Instant(offset: state.withLock { $0.now }) }
    public var minimumResolution: Duration { .nanoseconds(1) }

    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                add(Sleeper(id: id, deadline: deadline.offset, continuation: continuation))
                // Cancelled before it was there to be found.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func add(_ sleeper: Sleeper) {
        let (isOver, satisfied) = state.withLock { state -> (Bool, [CheckedContinuation<Void, Never>]) in
            guard sleeper.deadline > state.now else { return (true, []) }
            let place = state.sleepers.firstIndex { $0.deadline > sleeper.deadline } ?? state.sleepers.endIndex
            state.sleepers.insert(sleeper, at: place)
            let count = state.sleepers.count
            defer { state.observers.removeAll { $0.count <= count } }
            return (false, state.observers.filter { $0.count <= count }.map(\.continuation))
        }
        if isOver { sleeper.continuation.resume() }
        for observer in satisfied { observer.resume() }
    }

    private func cancel(_ id: UInt64) {
        let sleeper = state.withLock { state in
            state.sleepers.firstIndex { $0.id == id }.map { state.sleepers.remove(at: $0) }
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }

    // MARK: moving it

    /// Moves the clock, and wakes whose time has come, in the order of their deadlines; each finds its own deadline passed.
    /// What they do then they do later, and who begins to sleep then is not woken by this.
    public func advance(by duration: Duration) {
        let end = state.withLock { $0.now } + duration
        while let sleeper = next(until: end) { sleeper.continuation.resume() }
        state.withLock { $0.now = max($0.now, end) }
    }

    /// Moves the clock to the first deadline of a sleeper and wakes that one alone.
    /// - Returns: false when nobody sleeps.
    @discardableResult
    public func advanceToNext() -> Bool {
        guard let sleeper = next(until: nil) else { return false }
        sleeper.continuation.resume()
        return true
    }

    private func next(until end: Duration?) -> Sleeper? {
        state.withLock { state in
            guard let first = state.sleepers.first, end.map({ first.deadline <= $0 }) ?? true else { return nil }
            state.now = max(state.now, first.deadline)
            return state.sleepers.removeFirst()
        }
    }

    // MARK: looking at it

    /// How many sleep.
    public var sleeping: Int { state.withLock { $0.sleepers.count } }

    /// When the first of them wakes, since the clock was made.
    public var nextDeadline: Duration? { state.withLock { $0.sleepers.first?.deadline } }

    /// Returns as soon as so many sleep, or more.
    public func untilSleeping(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isMet = state.withLock { state in
                if state.sleepers.count < count { state.observers.append((count, continuation)) }
                return state.sleepers.count >= count
            }
            if isMet { continuation.resume() }
        }
    }
}
