internal import CSagascope
import Synchronization

/// Does one piece of work after the other on a thread of its own.
///
/// It has its thread from the beginning, and needs no file: where a process can make neither, a queue that needs one then would
/// wait for it, and so would whoever put something in.
final class LogWorker: Sendable {
    typealias Work = @Sendable () -> Void

    private let name: String
    private let state = Mutex(State())
    private let bell = PaddedWord()

    private struct State {
        var waiting: [(due: UInt64, work: Work)] = []
        var isStopped = false
        var thread: LogThread?
    }

    /// - Parameter name: at most 15 characters.
    init(_ name: String) { self.name = name }

    deinit { bell.deallocate() }

    /// What is waiting already is done from here on.
    func start() throws(SagaLogError) {
        let thread = try LogThread(name) { [self] in run() }
        state.withLock { $0.thread = thread }
    }

    /// Has it done, after the delay.
    /// - Returns: false once it is stopped; it is not done then.
    @discardableResult func perform(after delay: Duration = .zero, _ work: @escaping Work) -> Bool {
        let due = sgs_monotonic_ns() + UInt64(delay / .nanoseconds(1))
        let isTaken = state.withLock { state in
            guard !state.isStopped else { return false }
            state.waiting.append((due, work))
            return true
        }
        ring()
        return isTaken
    }

    /// Returns when what is due is done; what is not due yet is forgotten. Not to be called by the work itself.
    func stop() {
        let thread = state.withLock { state in
            state.isStopped = true
            defer { state.thread = nil }
            return state.thread
        }
        ring()
        thread?.join()
    }

    private func ring() {
        bell.add(1)
        sgs_futex_wake(bell.address)
    }

    // MARK: on the thread

    private enum Next {
        case work(Work)
        /// ns.
        case wait(UInt64)
        case end
    }

    private func run() {
        while true {
            let heard = bell.ordered
            switch next() {
            case .work(let work): work()
            case .wait(let time): sgs_futex_wait(bell.address, UInt32(truncatingIfNeeded: heard), time)
            case .end: return
            }
        }
    }

    private func next() -> Next {
        let now = sgs_monotonic_ns()
        return state.withLock { state in
            if let index = state.waiting.firstIndex(where: { $0.due <= now }) {
                return .work(state.waiting.remove(at: index).work)
            }
            if state.isStopped { return .end }
            return .wait((state.waiting.map(\.due).min() ?? .max) - now)
        }
    }
}
