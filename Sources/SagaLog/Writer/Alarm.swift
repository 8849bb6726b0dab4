import Synchronization

/// Tells one who is not there yet when it is set up: what is told before is told then.
final class Alarm: Sendable {
    private let state = Mutex(State())

    private struct State {
        var answer: (@Sendable () -> Void)?
        var hasRung = false
    }

    func ring() {
        let answer = state.withLock { state in
            state.hasRung = true
            return state.answer
        }
        answer?()
    }

    func answer(_ answer: @escaping @Sendable () -> Void) {
        let hasRung = state.withLock { state in
            state.answer = answer
            return state.hasRung
        }
        if hasRung { answer() }
    }

    /// Tells nobody any more, and knows nobody.
    func silence() { answer {} }
}
