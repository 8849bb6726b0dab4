import Foundation
import SagaLog
import TestSupport

/// Small files, so that tests see many.
func smallOptions() -> SagaLogOptions {
    var options = SagaLogOptions()
    options.segmentBytes = 1 << 20
    options.reserveBytes = 256 << 10
    return options
}

/// Runs `body` with a new log in a directory of its own.
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
