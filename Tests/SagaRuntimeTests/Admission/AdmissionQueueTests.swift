import SagaTelemetry
import Synchronization
import TestSupport
import Testing

@testable import SagaRuntime

@Suite("Admission: bounded and fair")
struct AdmissionQueueTests {
    private let virtual = VirtualClock()

    private func queue(limit: Int, waiting: Int = 1_000_000) throws -> AdmissionQueue {
        try AdmissionQueue(limit: limit, waiting: waiting, clock: RuntimeClock(virtual))
    }

    /// A task that waits, once it does.
    private func waiter(_ queue: AdmissionQueue, _ saga: String, then: @escaping @Sendable () -> Void = {}) async throws
        -> Task<Void, any Error>
    {
        let before = queue.waiting
        let task = Task {
            try await queue.enter(saga)
            then()
        }
        _ = try await eventually("it waits", every: .milliseconds(1)) { queue.waiting > before ? true : nil }
        return task
    }

    /// 20 runs of one saga wait before two runs of two others come: these are let in second and third.
    @Test func aFloodOfOneSagaDoesNotHoldUpTheOthers() async throws {
        let queue = try queue(limit: 1)
        try await queue.enter("flood")
        let (entered, enter) = AsyncStream.makeStream(of: String.self)
        var tasks: [Task<Void, any Error>] = []
        for saga in Array(repeating: "flood", count: 20) + ["calm", "quiet"] {
            tasks.append(try await waiter(queue, saga) { enter.yield(saga) })
        }
        var order: [String] = []
        var reader = entered.makeAsyncIterator()
        queue.leave("flood")
        while let saga = await reader.next() {
            order.append(saga)
            queue.leave(saga)
            if order.count == 22 { enter.finish() }
        }
        #expect(order == ["flood", "calm", "quiet"] + Array(repeating: "flood", count: 19))
        #expect(queue.running == 0 && queue.waiting == 0)
    }

    @Test func theRunsOfOneSagaComeInTheirOrder() async throws {
        let queue = try queue(limit: 1)
        try await queue.enter("order")
        let (entered, enter) = AsyncStream.makeStream(of: Int.self)
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<10 { tasks.append(try await waiter(queue, "order") { enter.yield(number) }) }
        // Of those in the middle, too, one can go.
        for number in [4, 9] {
            tasks[number].cancel()
            await #expect(throws: CancellationError.self) { try await tasks[number].value }
        }
        var order: [Int] = []
        var reader = entered.makeAsyncIterator()
        for _ in 0..<8 {
            queue.leave("order")
            order.append(try #require(await reader.next()))
        }
        #expect(order == [0, 1, 2, 3, 5, 6, 7, 8])
    }

    @Test func beyondTheLimitsItIsRefused() async throws {
        let queue = try queue(limit: 1, waiting: 1)
        try await queue.enter("refused")
        let waiting = try await waiter(queue, "refused")
        let full = await #expect(throws: AdmissionRefused.self) { try await queue.enter("refused") }
        #expect(full == .full(limit: 1) && full?.errorType == "admission_full")
        #expect(metric(MetricCatalogue.admissionWaiting, ["saga.name": "refused"]) == 1)
        queue.close()
        await #expect(throws: AdmissionRefused.closed) { try await waiting.value }
        await #expect(throws: AdmissionRefused.closed) { try await queue.enter("refused") }
        queue.leave("refused")
        queue.leave("refused")
        #expect(queue.running == 0)
        #expect(metric(MetricCatalogue.admissionWaiting, ["saga.name": "refused"]) == 0)
        let refusals: Attributes = ["saga.name": "refused", "error.type": "admission_closed"]
        #expect(metric(MetricCatalogue.admissionRefusals, refusals) == 2)
    }

    @Test func itsWaitIsMeasured() async throws {
        let queue = try queue(limit: 1)
        try await queue.enter("measured")
        let waiting = try await waiter(queue, "measured")
        virtual.advance(by: .seconds(7))
        queue.leave("measured")
        try await waiting.value
        #expect(metric(MetricCatalogue.admissionWaitDuration, ["saga.name": "measured"]) == 2)
        let snapshot = MetricRegistry.shared.snapshot().metrics.first {
            $0.descriptor.name == MetricCatalogue.admissionWaitDuration.name
        }
        guard case .histograms(let points) = snapshot?.points else { return }
        let point = points.first { snapshot?.attributes(of: $0.series)["saga.name"] == "measured" }
        #expect(point.map { abs($0.sum - 7) < 1e-6 } == true)
    }

    @Test func aTaskThatIsCancelledDoesNotEnter() async throws {
        let queue = try queue(limit: 1)
        let (stream, open) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for await _ in stream {}
            try await queue.enter("cancelled")
        }
        task.cancel()
        open.finish()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(queue.running == 0)
    }

    /// 10,000 runs of 7 sagas, every third of them cancelled at some moment: never more at once than the limit, and at the end
    /// every place is free.
    @Test func noPlaceIsLostWhateverIsCancelledWhen() async throws {
        let queue = try queue(limit: 5)
        let (entered, most) = (Counter(), Counter())
        await withTaskGroup(of: Void.self) { group in
            var words = SplitMix(state: 6)
            for number in 0..<10_000 {
                let (saga, yields) = ("storm \(words.next() % 7)", words.next() % 8)
                let run = Task {
                    try await queue.enter(saga)
                    most.raise(to: queue.running)
                    entered.add()
                    await Task.yield()
                    queue.leave(saga)
                }
                group.addTask {
                    if number % 3 == 0 {
                        for _ in 0..<yields { await Task.yield() }
                        run.cancel()
                    }
                    _ = await run.result
                }
            }
        }
        #expect(most.value <= 5 && entered.value >= 6_666)
        #expect(queue.running == 0 && queue.waiting == 0)
        for _ in 0..<5 { try await queue.enter("after") }
        #expect(queue.running == 5)
    }

    @Test func anImpossibleLimitIsRefused() {
        #expect(throws: InvalidPolicy.self) { try queue(limit: 0) }
        #expect(throws: InvalidPolicy.self) { try queue(limit: 1, waiting: -1) }
    }
}

private final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
    func raise(to value: Int) { count.max(value, ordering: .relaxed) }
}
