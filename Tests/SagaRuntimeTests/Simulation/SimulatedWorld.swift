import SagaTelemetry
import Synchronization
import TestSupport

@testable import SagaRuntime

/// A world in which time passes only when nothing else can happen, and in which a seed decides everything.
final class SimulatedWorld: Sendable {
    let clock = VirtualClock()
    let executor: SimulatedExecutor
    private let random: Mutex<SplitMix>

    init(seed: UInt64) {
        executor = SimulatedExecutor(seed: seed ^ 0x5eed)
        random = Mutex(SplitMix(state: seed))
    }

    /// A number below `bound`.
    func number(_ bound: Int) -> Int { random.withLock { Int.random(in: 0..<bound, using: &$0) } }

    /// Whether something happens that happens once in so many times.
    func once(in times: Int) -> Bool { number(times) == 0 }

    /// Lets up to so many milliseconds pass.
    func pass(upTo milliseconds: Int) async {
        let time = Duration.microseconds(number(milliseconds * 1_000 + 1))
        try? await clock.sleep(until: clock.now.advanced(by: time), tolerance: nil)
    }

    var runtime: RuntimeWorld {
        RuntimeWorld(
            clock: RuntimeClock(clock), executor: executor, random: { [self] in random.withLock { $0.next() } },
            wall: { [clock] in 1_000_000_000_000 + clock.now.offset.inNanoseconds })
    }

    struct Stuck: Error {}

    /// Runs it to its end on this thread.
    /// - Throws: ``Stuck`` when nothing can ever happen any more.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) throws -> Value {
        let result = Mutex<Value?>(nil)
        Task(executorPreference: executor) {
            let value = await body()
            result.withLock { $0 = value }
        }
        while true {
            if let value = result.withLock(\.self) { return value }
            if !executor.runOne(), !clock.advanceToNext() { throw Stuck() }
        }
    }
}
