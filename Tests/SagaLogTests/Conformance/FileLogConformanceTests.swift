import Foundation
import SagaLog
import TestSupport
import Testing

@Suite struct FileLogConformanceTests {
    @Test func theFileLogIsAStore() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.path + "/log"
            let conformance = StoreConformance(
                open: { try SagaLog.open(path, options: smallOptions()) }, close: { $0.close() })
            try await conformance.run()
        }
    }
}
