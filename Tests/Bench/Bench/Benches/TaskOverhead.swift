import SagaInstrumentation
import SagaTasks
import Synchronization

/// What tasks cost while all of them are tracked, beside the same work untracked.
final class TaskOverhead: Bench {
    enum Work {
        /// One task that yields.
        case yield
        /// Two tasks that resume each other.
        case pingPong
        /// 100,000 children of one group.
        case group
    }

    let unit = TimeUnit.nanoseconds
    let referenceName = "tracking off"
    let operations: Int
    let passes = 1
    private let work: Work
    private let mode: TaskTracking.Mode

    init(_ work: Work, mode: TaskTracking.Mode) {
        self.work = work
        self.mode = mode
        operations = work == .group ? 100_000 : 20_000
    }

    func pass(_ meter: inout Meter) async throws {
        TaskTracking.turnOn(mode)
        await run(&meter)
        TaskTracking.turnOff()
    }

    func referencePass(_ meter: inout Meter) async throws { await run(&meter) }

    /// In a saga, so that the executor, where there is one, is under it.
    private func run(_ meter: inout Meter) async {
        await withSaga("bench") {
            // On the pool: the main actor's tasks go another way.
            switch work {
            case .yield: await meter.measureAsync { await yields() }
            case .pingPong: await meter.measureAsync { await pingPong() }
            case .group: await meter.measureAsync { await group() }
            }
        }
    }

    private func yields() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [operations] in for _ in 0..<operations { await Task.yield() } }
        }
    }

    private func pingPong() async {
        let table = Table()
        await withTaskGroup(of: Void.self) { group in
            for player in 0..<2 {
                group.addTask { [operations] in for _ in 0..<operations / 2 { await table.play(player) } }
            }
            await group.next()
            table.leave()
        }
    }

    private func group() async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<operations { group.addTask {} }
        }
    }
}

/// The ball is with one player; who has hit it waits until it comes back.
private final class Table: Sendable {
    private struct State {
        var waiting: UnsafeContinuation<Void, Never>?
        var isOver = false
    }
    private let state = Mutex(State())

    func play(_ player: Int) async {
        await withUnsafeContinuation { continuation in
            let other: UnsafeContinuation<Void, Never>? = state.withLock { state in
                if state.isOver { return continuation }
                let other = state.waiting
                state.waiting = continuation
                return other
            }
            other?.resume()
        }
    }

    func leave() {
        let last = state.withLock { state in
            state.isOver = true
            return state.waiting.take()
        }
        last?.resume()
    }
}
