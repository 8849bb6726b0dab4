import Synchronization

/// Wakes one waiting task, from any thread, with or without a time limit. A ring before the wait is not lost.
///
/// It also keeps those who asked for a flush and wait for its end.
final class Doorbell: Sendable {
    /// Why the waiter should look; several reasons may have come together.
    struct Reasons: OptionSet, Sendable {
        let rawValue: UInt8
        static let timer = Reasons(rawValue: 1)
        /// Something waits, but it may wait a little longer for company.
        static let waiting = Reasons(rawValue: 2)
        /// A ring fills up.
        static let urgent = Reasons(rawValue: 4)
        static let flush = Reasons(rawValue: 8)
        static let stop = Reasons(rawValue: 16)
    }

    private struct State {
        var pending: Reasons = []
        /// What wakes the waiter; other reasons stay pending.
        var awaited: Reasons = []
        var waiter: CheckedContinuation<Reasons, Never>?
        var flushes: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    func ring(_ reason: Reasons) {
        let (waiter, reasons) = state.withLock { state -> (CheckedContinuation<Reasons, Never>?, Reasons) in
            state.pending.formUnion(reason)
            guard let waiter = state.waiter, !state.pending.isDisjoint(with: state.awaited) else { return (nil, []) }
            defer { state.pending = [] }
            state.waiter = nil
            return (waiter, state.pending)
        }
        waiter?.resume(returning: reasons)
    }

    /// Waits for one of `awaited`, or for `timeout`; answers every reason there was, and `.timer` when time ran out.
    func wait(for awaited: Reasons, timeout: Duration?) async -> Reasons {
        let timer = timeout.map { timeout in
            PipelineExecutor.shared.schedule(after: timeout) { self.ring(.timer) }
        }
        defer { timer?.cancel() }
        return await withCheckedContinuation { continuation in
            let ready = state.withLock { state -> Reasons? in
                state.awaited = awaited.union(.timer)
                guard state.pending.isDisjoint(with: state.awaited) else {
                    defer { state.pending = [] }
                    return state.pending
                }
                state.waiter = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    // MARK: flushes

    /// Rings for a flush and returns when it has been answered.
    func flush() async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.flushes.append(continuation) }
                return state.isClosed
            }
            if isClosed { continuation.resume() } else { ring(.flush) }
        }
    }

    /// Those who asked until now. Whoever takes them does what they ask for and resumes each.
    func takeFlushes() -> [CheckedContinuation<Void, Never>] {
        state.withLock { state in
            defer { state.flushes = [] }
            return state.flushes
        }
    }

    /// Nobody listens any more: answers those who still wait, and at once whoever comes later.
    func close() {
        state.withLock { $0.isClosed = true }
        for flush in takeFlushes() { flush.resume() }
    }
}
