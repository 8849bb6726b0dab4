import SagaInstrumentation
import SagaTasks
import SagaTelemetry

/// An instrumented saga whose steps compute and suspend, as a checkout's do, while all tasks are tracked, beside the same saga
/// with tracking off.
final class SagaOverhead: Bench {
    let unit = TimeUnit.microseconds
    let referenceName = "tracking off"
    let operations = 100
    let passes = 5
    private let recorder: Recorder
    private let mode: TaskTracking.Mode

    init(_ recorder: Recorder, mode: TaskTracking.Mode) {
        self.recorder = recorder
        self.mode = mode
    }

    func pass(_ meter: inout Meter) async throws {
        TaskTracking.turnOn(mode)
        defer { TaskTracking.turnOff() }
        try await run(&meter)
        try await recorder.drain(spans: operations * 6, events: operations * 4)
    }

    func referencePass(_ meter: inout Meter) async throws {
        try await run(&meter)
        try await recorder.drain(spans: operations * 4, events: operations * 4)
    }

    private func run(_ meter: inout Meter) async throws {
        var sum: UInt64 = 0
        try await meter.measureAsync { for order in 0..<operations { sum &+= try await saga(UInt64(order)) } }
        try require(sum != 0, "nothing was computed")
    }

    private func saga(_ order: UInt64) async throws -> UInt64 {
        try await withSaga("checkout") {
            var sum = await withStep("reserve-stock") { await work(order) }
            sum &+= await withStep("charge-card") { await work(order + 1) }
            sum &+= await withStep("book-shipping") { await work(order + 2) }
            return try await withSagaTaskGroup(of: UInt64.self) { group in
                group.addTask("notify") { await work(order + 3) }
                group.addTask("archive") { await work(order + 4) }
                while let part = try await group.next() { sum &+= part }
                return sum
            }
        }
    }
}

/// Some 40 µs of hashing with a suspension in the middle: the little that a step does besides waiting for others.
@inline(never)
private func work(_ seed: UInt64) async -> UInt64 {
    let first = hash(seed)
    await Task.yield()
    return first &+ hash(first)
}

@inline(never)
private func hash(_ seed: UInt64) -> UInt64 {
    var random = SplitMix(seed: seed)
    var sum: UInt64 = 0
    for _ in 0..<20_000 { sum ^= random.next() }
    return sum
}
