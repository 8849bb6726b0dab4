import SagaTelemetry
import Synchronization
import TestSupport
import Testing

@testable import SagaRuntime

private final class Tally: Sendable {
    private let counts = Mutex((success: 0, error: 0))

    func add(success: Bool) {
        counts.withLock { if success { $0.success += 1 } else { $0.error += 1 } }
    }

    var sum: Int { counts.withLock { $0.success + $0.error } }
}

@Suite("4.2 Residual-state clean-up")
struct StepWorkerTests {
    /// A body that cancellation does not end is left behind, counted, and counted no more when it ends at last.
    @Test("1.b A ghost is told of, and counted until it ends") func aBodyThatDoesNotEndIsCountedUntilItDoes()
        async throws
    {
        let virtual = VirtualClock()
        let clock = RuntimeClock(virtual)
        let door = Door()
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        let attributes: Attributes = ["saga.name": "residue", "saga.step.name": "stubborn"]
        try await withRecording { recording in
            async let outcome = inStep("stubborn", of: "residue") {
                await errorOf {
                    try await withDeadline(1_000, clock: clock, grace: .nanoseconds(50)) {
                        await door.pass()
                        end.finish()
                    }
                }
            }
            await virtual.untilSleeping(1)
            virtual.advance(by: .nanoseconds(1_000))
            await virtual.untilSleeping(1)
            #expect((metric(MetricCatalogue.stepResidual, attributes) ?? 0) == 0)
            virtual.advance(by: .nanoseconds(50))
            #expect(await outcome is DeadlineExceeded)
            #expect(metric(MetricCatalogue.stepResidual, attributes) == 1)
            let told = try await recording.exported().logs(named: EventCatalogue.stepAbandoned).filter {
                $0["saga.step.name"] == .string("stubborn")
            }
            #expect(told.map { $0["error.type"] } == [.string("deadline")])

            door.open()
            for await _ in ended {}
            _ = try await eventually("the task is counted no more") {
                metric(MetricCatalogue.stepResidual, attributes) == 0 ? true : nil
            }
        }
    }

    @Test func aCancelledCallerWaitsNoLongerThanTheGrace() async throws {
        let virtual = VirtualClock()
        let clock = RuntimeClock(virtual)
        let door = Door()
        let caller: Task<(any Error)?, Never> = Task {
            await errorOf { try await withDeadline(1 << 60, clock: clock, grace: .seconds(5)) { await door.pass() } }
        }
        await virtual.untilSleeping(1)
        caller.cancel()
        // The deadline's timer is gone, that of the grace is there: it is the one that a move by the grace wakes.
        _ = try await eventually("the grace has begun") { virtual.nextDeadline == .seconds(5) ? true : nil }
        virtual.advance(by: .seconds(5))
        #expect(await caller.value is CancellationError)
        door.open()
    }

    /// 2,000 workers, each cleaned up after by four threads at once while its body ends by itself: one answer each, no
    /// continuation resumed twice or forgotten, nothing left running, nothing left counted.
    @Test func manyCleanUpAtOnce() async throws {
        let clock = RuntimeClock(VirtualClock())
        let answers = Tally()
        let attributes: Attributes = ["saga.name": "residue", "saga.step.name": "storm"]
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2_000 {
                let worker = inStorm { StepWorker<Int>(clock: clock, executor: nil, grace: .zero) }
                let (begun, begin) = AsyncStream.makeStream(of: Void.self)
                group.addTask {
                    do {
                        let value = try await worker.run(until: .max) {
                            begin.finish()
                            await Task.yield()
                            return number
                        }
                        #expect(value == number)
                        answers.add(success: true)
                    } catch {
                        begin.finish()
                        #expect(error is CancellationError)
                        answers.add(success: false)
                    }
                }
                for cleaner in 0..<4 {
                    group.addTask {
                        // Two while it begins, two while it ends.
                        if cleaner % 2 == 0 { for await _ in begun { break } }
                        worker.clean(up: cleaner == 3 ? .deadline : .cancellation)
                    }
                }
            }
        }
        #expect(answers.sum == 2_000)
        _ = try await eventually("no task is left") {
            (metric(MetricCatalogue.stepResidual, attributes) ?? 0) == 0 ? true : nil
        }
    }

    private func inStorm<Value>(_ make: () -> Value) -> Value {
        let trace = TraceContext(traceID: .random(), spanID: SpanID(1))
        let context = SagaContext(
            saga: "residue", runID: trace.traceID, runAttempt: 1, step: "storm", stepAttempt: 1, trace: trace, run: nil)
        return SagaContext.$current.withValue(context) { make() }
    }
}
