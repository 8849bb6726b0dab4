import CFloor
import SagaLog

/// Giving a record of 128 bytes its place in the log, without waiting for the disk.
final class LogAppendNoWait: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "C copy + CRC-32C"
    /// Fewer than one group commit takes, so that the disk's speed is no part of it.
    let operations = 8_000
    let passes = 20
    private let bench: BenchLog

    init() throws { bench = try BenchLog(try BenchDirectory()) }

    func pass(_ meter: inout Meter) async throws {
        let runs = bench.runs(1)
        let (run, operations) = (runs[0], operations)
        let before = bench.log.position.appended
        var entry = BenchLog.entry(0)
        var refused = 0
        try meter.measure {
            for number in 0..<operations {
                entry.sequence = UInt32(number)
                if try run.tryAppend(entry) == nil { refused += 1 }
            }
        }
        try await bench.log.flush()
        try require(refused == 0, "\(refused) records found no room")
        try require(bench.log.durable.records(after: before) == operations, "not every record is durable")
        try await bench.close(runs)
    }

    func referencePass(_ meter: inout Meter) async throws {
        var sum: UInt32 = 0
        meter.measure { sum = floor_record_copy(UInt64(operations)) }
        try require(sum != 0, "no checksum")
    }
}
