import SagaTelemetry
import Synchronization

/// Lets so many runs go on at once. Others wait, one queue for each saga, and the sagas take turns: a flood of one saga does not
/// hold up the others.
///
/// Who was let in, and only who was, leaves. A task that is cancelled while it waits takes no place with it.
package final class AdmissionQueue: Sendable {
    private struct Waiter {
        let id: UInt64
        let saga: String
        let since: UInt64
        let instruments: AdmissionInstruments
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var isClosed = false
        var active: [String: Int] = [:]
        var running = 0
        var nextID: UInt64 = 0
        var waiting = WaitingRuns<Waiter>()

        mutating func admit(_ saga: String) {
            running += 1
            active[saga, default: 0] += 1
        }

        mutating func release(_ saga: String) -> Bool {
            guard let count = active[saga] else { return false }
            active[saga] = count > 1 ? count - 1 : nil
            running -= 1
            return true
        }
    }

    private let limit: Int
    private let waitingLimit: Int
    private let clock: RuntimeClock
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: runs at once. At least 1.
    ///   - waiting: how many may wait. 0: none.
    package init(limit: Int, waiting: Int, clock: RuntimeClock) throws(InvalidPolicy) {
        let check = PolicyCheck(policy: "AdmissionQueue")
        try check.require(limit >= 1, "limit", "is \(limit): take 1 or more")
        try check.require(waiting >= 0, "waiting", "is \(waiting): take 0 or more")
        self.limit = limit
        waitingLimit = waiting
        self.clock = clock
    }

    package var running: Int { state.withLock { $0.running } }
    package var waiting: Int { state.withLock { $0.waiting.count } }

    // MARK: in

    /// Returns when the run may go on, which is to leave then. It may have been cancelled at that moment.
    /// - Throws: ``AdmissionRefused``; CancellationError when the task is cancelled while it waits, or was before.
    package func enter(_ saga: String) async throws {
        try Task.checkCancellation()
        let instruments = AdmissionInstruments.of(saga)
        let (ticket, isAdmitted) = state.withLock { state in
            state.nextID += 1
            guard !state.isClosed, state.running < limit else { return (state.nextID, false) }
            state.admit(saga)
            return (state.nextID, true)
        }
        if isAdmitted { return instruments.admitted(after: 0) }
        let since = clock.now
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                wait(
                    Waiter(id: ticket, saga: saga, since: since, instruments: instruments, continuation: continuation))
                // Cancelled before it was there to be found.
                if Task.isCancelled { cancel(ticket) }
            }
        } onCancel: {
            cancel(ticket)
        }
    }

    private enum Answer {
        case wait
        case admitted
        case refused(AdmissionRefused)
    }

    private func wait(_ waiter: Waiter) {
        let answer = state.withLock { state -> Answer in
            if state.isClosed { return .refused(.closed) }
            // Somebody may have left since.
            if state.running < limit {
                state.admit(waiter.saga)
                return .admitted
            }
            if state.waiting.count >= waitingLimit { return .refused(.full(limit: waitingLimit)) }
            state.waiting.add(waiter, id: waiter.id, saga: waiter.saga)
            waiter.instruments.waiting.add()
            return .wait
        }
        switch answer {
        case .wait: break
        case .admitted:
            waiter.instruments.admitted(after: 0)
            waiter.continuation.resume()
        case .refused(let refusal):
            waiter.instruments.refused(refusal)
            waiter.continuation.resume(throwing: refusal)
        }
    }

    private func cancel(_ id: UInt64) {
        guard let waiter = state.withLock({ $0.waiting.remove(id) }) else { return }
        waiter.instruments.waiting.subtract()
        waiter.continuation.resume(throwing: CancellationError())
    }

    // MARK: out

    /// A run that was let in has ended. Of a saga that has none in, nothing happens.
    package func leave(_ saga: String) {
        let next = state.withLock { state -> Waiter? in
            guard state.release(saga), let next = state.waiting.next() else { return nil }
            state.admit(next.saga)
            return next
        }
        guard let next else { return }
        next.instruments.waiting.subtract()
        let now = clock.now
        next.instruments.admitted(after: now - min(now, next.since))
        next.continuation.resume()
    }

    /// Lets nobody in any more. Those who wait are refused; those who are in go on, and leave.
    package func close() {
        let refused = state.withLock { state in
            state.isClosed = true
            return state.waiting.removeAll()
        }
        for waiter in refused {
            waiter.instruments.waiting.subtract()
            waiter.instruments.refused(.closed)
            waiter.continuation.resume(throwing: AdmissionRefused.closed)
        }
    }
}
