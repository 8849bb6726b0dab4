import Synchronization

/// Where tasks of a test stay until the test lets them go on.
final class Hold: Sendable {
    private struct State {
        var isOpen = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Suspends the task until ``open()``; afterwards not at all.
    nonisolated(nonsending) func pass() async { await withCheckedContinuation { keep($0) } }

    /// For functions that shall be the innermost of a stack.
    func keep(_ continuation: CheckedContinuation<Void, Never>) {
        let isOpen = state.withLock { state in
            if !state.isOpen { state.held.append(continuation) }
            return state.isOpen
        }
        if isOpen { continuation.resume() }
    }

    func open() {
        let held = state.withLock { state in
            state.isOpen = true
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }
}
