import SagaInstrumentation
import SagaTasks
import SagaTelemetry

/// A saga of three steps in sequence and a task group of two children, against the same control flow without us.
final class SagaInstrumented: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "plain concurrency"
    // The spans of a pass fit into half a ring.
    let operations = 200
    let passes = 20
    private let recorder: Recorder
    private let isTracked: Bool

    init(_ recorder: Recorder, isTracked: Bool) {
        self.recorder = recorder
        self.isTracked = isTracked
    }

    func pass(_ meter: inout Meter) async throws {
        if isTracked { TaskTracking.turnOn() }
        defer { TaskTracking.turnOff() }
        var sum = 0
        try await meter.measureAsync {
            for order in 0..<operations { sum += try await instrumented(order) }
        }
        try require(sum == expectedSum, "a saga's result is wrong")
        // The run and its steps, and each child's span while it is tracked; one event a run begun and a step done.
        try await recorder.drain(spans: operations * (isTracked ? 6 : 4), events: operations * 4)
    }

    func referencePass(_ meter: inout Meter) async throws {
        var sum = 0
        try await meter.measureAsync {
            for order in 0..<operations { sum += try await plain(order) }
        }
        try require(sum == expectedSum, "a saga's result is wrong")
    }

    private var expectedSum: Int { (0..<operations).reduce(0) { $0 + 5 * $1 + 10 } }

    private func instrumented(_ order: Int) async throws -> Int {
        try await withSaga("checkout") {
            var sum = try await withStep("reserve-stock") { try await work(order, 0) }
            sum += try await withStep("charge-card") { try await work(order, 1) }
            sum += try await withStep("book-shipping") { try await work(order, 2) }
            return try await withSagaTaskGroup(of: Int.self) { group in
                group.addTask("notify") { try await work(order, 3) }
                group.addTask("archive") { try await work(order, 4) }
                while let part = try await group.next() { sum += part }
                return sum
            }
        }
    }

    private func plain(_ order: Int) async throws -> Int {
        var sum = try await work(order, 0)
        sum += try await work(order, 1)
        sum += try await work(order, 2)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { try await work(order, 3) }
            group.addTask { try await work(order, 4) }
            while let part = try await group.next() { sum += part }
            return sum
        }
    }
}

/// What a step does here: nothing that takes time, behind a call that the optimizer does not look into.
@inline(never)
private func work(_ order: Int, _ part: Int) async throws -> Int { order + part }
