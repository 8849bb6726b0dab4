import Foundation
import TestSupport
import Testing

@testable import SagaLog

/// Small files, so that tests see many.
func smallOptions() -> SagaLogOptions {
    var options = SagaLogOptions()
    options.segmentBytes = 1 << 20
    options.reserveBytes = 256 << 10
    return options
}

/// Runs `body` with a new log in a directory of its own.
@discardableResult
func withLog<Result>(
    _ options: SagaLogOptions = smallOptions(), isolation: isolated (any Actor)? = #isolation,
    _ body: (SagaLog) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        let log = try SagaLog.open(directory.path + "/log", options: options)
        defer { log.close() }
        return try await body(log)
    }
}

/// What the log's files say, in order.
func storedRecords(in directory: String) throws -> [LogRecord] {
    #expect(try LogScan.run(directory: directory).damages.isEmpty)
    let first = try LogDirectory(directory).segments.first?.header?.first ?? .first
    let reader = LogReader(directory: directory, from: first)
    var records: [LogRecord] = []
    while let record = try reader.next() { records.append(record) }
    return records
}
