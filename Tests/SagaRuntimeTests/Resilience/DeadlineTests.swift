import SagaInstrumentation
import SagaTelemetry
import Synchronization
import TestSupport
import Testing

@testable import SagaRuntime

@Suite("2.2 Context propagation: the deadline")
struct DeadlineTests {
    private struct Declined: Error {}

    private let virtual = VirtualClock()
    private let clock: RuntimeClock

    init() { clock = RuntimeClock(virtual) }

    /// Moves the time once the timer sleeps.
    private func pass(_ duration: Duration, sleeping: Int = 1) async {
        await virtual.untilSleeping(sleeping)
        virtual.advance(by: duration)
    }

    @Test func isInheritedAndNeverLaterInside() async throws {
        let clock = clock
        let virtual = virtual
        try await withDeadline(1_000, clock: clock) {
            #expect(SagaDeadline.current?.instant == 1_000)
            try await withDeadline(5_000, clock: clock) { #expect(SagaDeadline.current?.instant == 1_000) }
            try await withDeadline(400, clock: clock) {
                await Task { #expect(SagaDeadline.current?.remaining == .nanoseconds(400)) }.value
                async let child = SagaDeadline.current?.instant
                #expect(await child == 400)
            }
            // By the clock of somebody else it is as far away.
            let other = RuntimeClock(VirtualClock())
            try await withDeadline(.max, clock: other) {
                #expect(SagaDeadline.current?.instant == 1_000)
            }
            #expect(SagaDeadline.current?.isOver == false)
            virtual.advance(by: .nanoseconds(999))
            #expect(SagaDeadline.current?.remaining == .nanoseconds(1))
        }
        #expect(SagaDeadline.current == nil)
    }

    @Test func whatTheBodyGivesIsReturned() async throws {
        #expect(try await withDeadline(nil, clock: clock) { 1 } == 1)
        #expect(try await withDeadline(10, clock: clock) { 2 } == 2)
        await #expect(throws: Declined.self) { try await withDeadline(10, clock: clock) { throw Declined() } }
        await #expect(throws: Declined.self) { try await withDeadline(nil, clock: clock) { throw Declined() } }
    }

    @Test func itsTimerEndsWithTheBody() async throws {
        let door = Door()
        async let value = withDeadline(10, clock: clock) {
            await door.pass()
            return 1
        }
        await virtual.untilSleeping(1)
        door.open()
        #expect(try await value == 1)
        // A cancelled sleeper is gone as soon as its cancellation was told to it.
        #expect(virtual.sleeping == 0)
    }

    @Test func pastItTheBodyIsCancelledAndTheErrorIsATimeout() async throws {
        let clock = clock
        async let outcome = errorOf {
            try await withDeadline(1_000, clock: clock, grace: .seconds(1)) { try await clock.sleep(until: .max) }
        }
        await pass(.nanoseconds(1_000), sleeping: 2)
        let error = try #require(await outcome as? DeadlineExceeded)
        #expect(error.sagaResult == .timeout && error.errorType == "deadline")
    }

    @Test func aSuccessWithinTheGraceCounts() async throws {
        let door = Door()
        let (cancelled, tell) = AsyncStream.makeStream(of: Void.self)
        async let value = withDeadline(1_000, clock: clock, grace: .seconds(1)) {
            await withTaskCancellationHandler {
                await door.pass()
            } onCancel: {
                tell.finish()
            }
            return 7
        }
        await pass(.nanoseconds(1_000))
        for await _ in cancelled {}
        door.open()
        #expect(try await value == 7)
    }

    @Test func anErrorWithinTheGraceGivesWayToTheDeadline() async throws {
        let clock = clock
        async let outcome = errorOf {
            try await withDeadline(1_000, clock: clock, grace: .seconds(1)) {
                do { try await clock.sleep(until: .max) } catch { throw Declined() }
            }
        }
        await pass(.nanoseconds(1_000), sleeping: 2)
        #expect(await outcome is DeadlineExceeded)
    }

    @Test func theCallersCancellationReachesTheBody() async throws {
        let clock = clock
        let caller: Task<(any Error)?, Never> = Task {
            await errorOf {
                try await withDeadline(.max, clock: clock, grace: .seconds(1)) {
                    do { try await clock.sleep(until: .max) } catch { throw Declined() }
                }
            }
        }
        await virtual.untilSleeping(1)
        caller.cancel()
        #expect(await caller.value is Declined)
    }

    @Test func nothingBeginsPastItOrCancelled() async throws {
        let clock = clock
        virtual.advance(by: .seconds(1))
        let begun = Flag()
        await #expect(throws: DeadlineExceeded.self) {
            try await withDeadline(5, clock: clock) { begun.raise() }
        }
        let (stream, open) = AsyncStream.makeStream(of: Void.self)
        let caller: Task<(any Error)?, Never> = Task {
            for await _ in stream {}
            return await errorOf {
                try await withDeadline(.max, clock: clock) { begun.raise() }
            }
        }
        caller.cancel()
        open.finish()
        #expect(await caller.value is CancellationError)
        #expect(!begun.isRaised)
    }
}

private final class Flag: Sendable {
    private let raised = Atomic<Bool>(false)

    var isRaised: Bool { raised.load(ordering: .acquiring) }
    func raise() { raised.store(true, ordering: .releasing) }
}

func errorOf(_ body: () async throws -> Void) async -> (any Error)? {
    do { try await body() } catch { return error }
    return nil
}
