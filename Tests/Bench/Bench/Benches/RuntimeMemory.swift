import CMallocCount
import SagaLog
import SagaRuntime

/// Heap that an open run takes: its task and its caller's, what the coordinator and the log know of it. Beside two tasks that
/// sleep.
final class RuntimeMemory: Bench {
    let unit = TimeUnit.bytes
    let referenceName = "two sleeping tasks"
    let operations: Int
    let passes = 1
    private let recorder: Recorder
    /// What so many runs record fits into a ring.
    private static let batch = 100

    init(_ recorder: Recorder, open: Int) {
        self.recorder = recorder
        operations = open
    }

    func pass(_ meter: inout Meter) async throws {
        let bench = try BenchLog(try BenchDirectory())
        let saga = try Saga("bench", input: Int.self) {
            for step in 1...5 {
                Step("step-\(step)") { _ in
                    if step == 3 { try await Task.sleep(for: .seconds(86_400)) }
                } compensate: { _ in }
            }
        }
        var options = CoordinatorOptions()
        options.maximumRuns = operations
        options.rememberedOutcomes = 0
        let coordinator = try SagaCoordinator(log: bench.log, sagas: [saga], options: options)
        try await coordinator.recover()
        let before = malloc_in_use()
        var callers: [Task<RunOutcome, any Error>] = []
        // Until each stands in its third step.
        for first in stride(from: 0, to: operations, by: Self.batch) {
            for number in first..<first + Self.batch {
                callers.append(Task { try await coordinator.run(saga, id: "\(number)", input: number) })
            }
            let records = UInt64(1 + 6 * (first + Self.batch))
            while bench.log.durable.rawValue < records { try await Task.sleep(for: .milliseconds(1)) }
            try await recorder.drain()
        }
        if meter.quantity == .nanoseconds { meter.add(Double(malloc_in_use() - before)) }
        for first in stride(from: 0, to: operations, by: Self.batch) {
            for caller in callers[first..<first + Self.batch] { caller.cancel() }
            for caller in callers[first..<first + Self.batch] { _ = try await caller.value }
            try await recorder.drain()
        }
    }

    func referencePass(_ meter: inout Meter) async throws {
        let before = malloc_in_use()
        let tasks = (0..<2 * operations).map { _ in Task { try? await Task.sleep(for: .seconds(86_400)) } }
        // They have all begun when one that came after them has.
        await Task {}.value
        meter.add(Double(malloc_in_use() - before))
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}
