import SagaInstrumentation
import SagaLog
import SagaRuntime
import SagaTelemetry
import Synchronization

/// Sagas of five steps that do nothing, on a durable log, so many at once; beside the six commits of two records that each
/// makes, on the bare log.
final class RuntimeSaga: Bench {
    /// What of the runs is told.
    enum Figure {
        case rate
        /// Of one run's time from call to outcome.
        case quantile(Double)
    }

    let unit: TimeUnit
    let referenceName = "six bare commits"
    let steadiness = 0.35
    let operations: Int
    let passes = 4
    private let recorder: Recorder
    private let figure: Figure
    private let tasks: Int
    private let runs: Int
    private let bench: BenchLog
    private let saga: Saga<Int>
    private let coordinator: SagaCoordinator
    private let numbers = RunNumber()

    /// At most 256 runs in all: what they record fits into a ring.
    init(_ recorder: Recorder, tasks: Int, runs: Int, _ figure: Figure = .rate) throws {
        self.recorder = recorder
        self.tasks = tasks
        self.runs = runs
        self.figure = figure
        operations = tasks * runs
        if case .rate = figure { unit = .perSecond } else { unit = .microseconds }
        bench = try BenchLog(try BenchDirectory())
        saga = try Saga("bench", input: Int.self) {
            for step in 1...5 { Step("step-\(step)") { _ in } compensate: { _ in } }
        }
        coordinator = try SagaCoordinator(log: bench.log, sagas: [saga])
    }

    func pass(_ meter: inout Meter) async throws {
        let before = bench.log.durable
        try await measure(&meter) { [numbers, coordinator, saga] in
            let number = numbers.next
            let outcome = try await coordinator.run(saga, id: "\(number)", input: number)
            try require(outcome.result == .success, "a run ended as \(outcome.result)")
        }
        let records = bench.log.durable.records(after: before)
        try require(records == 12 * operations, "\(operations) runs made \(records) records")
        // A run and its steps; an event when each began or was done.
        try await recorder.drain(spans: 6 * operations, events: 6 * operations)
    }

    func referencePass(_ meter: inout Meter) async throws {
        let log = bench.log
        try await measure(&meter) {
            let run = log.run(.random())
            for commit in 0..<6 {
                let kind: LogRecordKind = commit == 5 ? .runClosed : .note
                try await run.commit([
                    BenchLog.entry(2 * commit), LogEntry(kind, sequence: UInt32(2 * commit + 1), name: "bench"),
                ])
            }
        }
    }

    private func measure(_ meter: inout Meter, _ run: @escaping @Sendable () async throws -> Void) async throws {
        guard case .quantile(let quantile) = figure, meter.quantity == .nanoseconds else {
            return try await meter.measureAsync { _ = try await times(of: run) }
        }
        let sorted = try await times(of: run).sorted()
        meter.add(sorted[Int(quantile * Double(sorted.count - 1))] * Double(operations))
    }

    /// Of each of the runs, in ns.
    private func times(of run: @escaping @Sendable () async throws -> Void) async throws -> [Double] {
        try await withThrowingTaskGroup(of: [Double].self) { [tasks, runs] group in
            for _ in 0..<tasks {
                group.addTask {
                    var times: [Double] = []
                    for _ in 0..<runs {
                        times.append(try await ContinuousClock().measure { try await run() } / .nanoseconds(1))
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}

/// 1, 2, 3, …
private final class RunNumber: Sendable {
    private let last = Atomic<Int>(0)

    var next: Int { last.add(1, ordering: .relaxed).newValue }
}
