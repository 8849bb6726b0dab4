import Foundation
import SagaLog
import Sagascope
import Testing

@testable import checkout

@Suite("The log of two lives is looked at when both have ended")
struct CrashLogTests {
    private let order = Order.make(1, seed: 1)

    private func withLog(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "checkout-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    /// Opens the log anew and writes these records of the order's run.
    private func live(on path: String, _ kinds: [LogRecordKind]) async throws {
        let log = try SagaLog.open(path)
        defer { log.close() }
        let run = log.run(DerivedID.trace(saga: CheckoutSaga.name, id: order.id))
        for kind in kinds { try await run.commit(kind, name: kind == .runStarted ? "checkout" : "reserve-stock") }
    }

    @Test func aRunThatWentOnIsCountedAsResumed() async throws {
        try await withLog { path in
            try await live(on: path, [.runStarted, .stepStarted])
            try await live(on: path, [.compensationStarted, .compensationCommitted, .runClosed])
            let log = try CrashLog(directory: path)
            #expect(log.endedInFirstLife == 0 && log.resumed == 1 && log.begunInSecondLife == 0)
            #expect(log.disagreements(with: [order], resumed: 1) == [])
            #expect(log.disagreements(with: [order], resumed: 0).count == 1)
        }
    }

    @Test func namesARunThatIsOpenAndWhatWasUndoneTwice() async throws {
        try await withLog { path in
            try await live(
                on: path,
                [.runStarted, .stepStarted, .compensationStarted, .compensationCommitted, .compensationCommitted])
            let found = try CrashLog(directory: path).disagreements(with: [order], resumed: 0)
            #expect(
                found == [
                    "\(order.id): 1 first and 0 last records in the log",
                    "\(order.id): the log has reserve-stock compensated 2 times",
                ])
        }
    }
}
