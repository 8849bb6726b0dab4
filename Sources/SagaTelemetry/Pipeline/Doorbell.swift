import Synchronization

/// Wakes one waiting task, from any thread, with or without a time limit. A ring before the wait is not lost.
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
    func wait(for awaited: Reasons, timeout: Duration?, clock: any Clock<Duration>) async -> Reasons {
        let timer = timeout.map { timeout in
            Task {
                try? await clock.sleep(for: timeout)
                if !Task.isCancelled { ring(.timer) }
            }
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
}
