import SagaLog

/// One task that commits batches of 64 records, beside SQLite with 64 rows a transaction.
final class LogBatch: Bench {
    let unit = TimeUnit.perSecond
    let steadiness = 0.25
    let operations: Int
    let passes = 1
    private let bench: BenchLog
    private let floor: CommitFloor
    private static let batches = 1_000
    private static let records = 64

    init() throws {
        operations = Self.batches * Self.records
        let directory = try BenchDirectory()
        bench = try BenchLog(directory)
        floor = try CommitFloor(.sqlite, in: directory)
    }

    var referenceName: String { floor.name }

    func pass(_ meter: inout Meter) async throws {
        let runs = bench.runs(1)
        let before = bench.log.durable
        try await meter.measureAsync {
            for batch in 0..<Self.batches {
                try await runs[0].commit((0..<Self.records).map { BenchLog.entry(batch * Self.records + $0) })
            }
        }
        try require(bench.log.durable.records(after: before) == operations, "not every record is durable")
        try await bench.close(runs)
    }

    func referencePass(_ meter: inout Meter) async throws {
        try meter.measure { try floor.commit(Self.batches, records: Self.records) }
    }
}
