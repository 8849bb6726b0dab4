import SagaRuntime
import TestSupport
import Testing

@Suite("The runtime's clock")
struct RuntimeClockTests {
    @Test func beginsAtZeroAndFollowsItsClock() {
        let virtual = VirtualClock()
        virtual.advance(by: .seconds(5))
        let clock = RuntimeClock(virtual)
        #expect(clock.now == 0)
        virtual.advance(by: .nanoseconds(1_500_000_001))
        #expect(clock.now == 1_500_000_001)
    }

    @Test func sleepersWakeInTheOrderOfTheirDeadlines() async throws {
        let virtual = VirtualClock()
        let clock = RuntimeClock(virtual)
        let (woken, wake) = AsyncStream.makeStream(of: UInt64.self)
        for deadline: UInt64 in [30, 10, 20] {
            Task {
                try await clock.sleep(until: deadline)
                wake.yield(clock.now)
            }
        }
        await virtual.untilSleeping(3)
        var order: [UInt64] = []
        var reader = woken.makeAsyncIterator()
        for _ in 0..<3 {
            #expect(virtual.advanceToNext())
            order.append(try #require(await reader.next()))
        }
        #expect(order == [10, 20, 30])
        #expect(!virtual.advanceToNext())
    }

    @Test func aSleepEndsWithItsTask() async throws {
        let virtual = VirtualClock()
        let clock = RuntimeClock(virtual)
        let task = Task { try await clock.sleep(until: .max) }
        await virtual.untilSleeping(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(virtual.sleeping == 0)
    }

    @Test func theRealClockTakesTheEndOfTime() async {
        let clock = RuntimeClock()
        let task = Task { try await clock.sleep(until: .max) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.instant(after: .seconds(Int64.max)) == .max)
        #expect(Duration.seconds(-1).inNanoseconds == 0)
        #expect(Duration.milliseconds(1).inNanoseconds == 1_000_000)
    }
}
