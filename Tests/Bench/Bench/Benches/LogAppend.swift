import SagaLog

/// Tasks that commit records of 128 bytes, each the next one when the last one is durable; beside commits of one thread.
final class LogAppend: Bench {
    let unit = TimeUnit.perSecond
    let steadiness = 0.25
    let operations: Int
    let passes = 1
    private let tasks: Int
    private let commits: Int
    private let bench: BenchLog
    private let floor: CommitFloor
    /// nil: the tasks run in the cooperative pool.
    private let executor: LogExecutor?
    private static let floorCommits = 2_000

    init(
        tasks: Int, commits: Int, _ kind: CommitFloor.Kind, onReactor: Bool = false, isAsUsual: Bool = false
    ) throws {
        self.tasks = tasks
        self.commits = commits
        operations = tasks * commits
        let directory = try BenchDirectory()
        bench = try BenchLog(directory, isAsUsual: isAsUsual)
        floor = try CommitFloor(kind, in: directory)
        executor = onReactor ? try LogExecutor(bench.log) : nil
    }

    deinit { executor?.stop() }

    var referenceName: String { floor.name }

    func pass(_ meter: inout Meter) async throws {
        let runs = bench.runs(tasks)
        let before = bench.log.durable
        try await meter.measureAsync {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for run in runs {
                    group.addTask(executorPreference: executor) { [commits] in
                        for number in 0..<commits { try await run.commit(BenchLog.entry(number)) }
                    }
                }
                try await group.waitForAll()
            }
        }
        try require(
            bench.log.durable.records(after: before) == operations,
            "\(operations) commits made \(bench.log.durable.records(after: before)) records durable")
        try await bench.close(runs)
    }

    /// As often as it takes for a steady figure, reckoned as the pass's number of operations.
    func referencePass(_ meter: inout Meter) async throws {
        var floorMeter = Meter(meter.quantity)
        try floorMeter.measure { try floor.commit(Self.floorCommits) }
        meter.add(floorMeter.total * Double(operations) / Double(Self.floorCommits))
    }
}
