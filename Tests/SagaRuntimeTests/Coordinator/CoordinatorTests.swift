import FoundationEssentials
import SagaInstrumentation
import SagaLog
import SagaParticipant
import SagaTelemetry
import Synchronization
import TestSupport
import Testing

@testable import SagaRuntime

@Suite struct CoordinatorTests {
    struct Order: Codable, Sendable, Hashable {
        var item: String
        var price: Int
    }

    static let receipt = StepKey<String>("charge")

    /// Reserve; charge and label side by side; ship.
    private static func saga(_ calls: CallLog, failing: Set<String> = []) throws -> Saga<Order> {
        @Sendable func act(_ context: StepContext<Order>) throws {
            calls.note(context.call)
            if failing.contains(context.call.step), context.call.operation == .action { throw Declined() }
        }
        return try Saga("checkout", version: 2, input: Order.self) {
            Step("reserve") {
                try act($0)
            } compensate: {
                try act($0)
            }
            Parallel {
                Step(receipt) { context in
                    try act(context)
                    return "receipt for \(context.input.item)"
                } compensate: {
                    try act($0)
                }
                Step("label") {
                    try act($0)
                } compensate: {
                    try act($0)
                }
            }
            Step("ship") { context in
                try act(context)
                #expect(try context.output(of: receipt) == "receipt for tea")
            }.notCompensated(because: "a parcel that left has left")
        }
    }

    @Test func stepsRunInOrderAndTheirAnswersAreKept() async throws {
        try await withFileLog { calls in
            [try Self.saga(calls)]
        } body: { coordinator, calls, log in
            let saga = try Self.saga(calls)
            let outcome = try await coordinator.run(saga, id: "1", input: Order(item: "tea", price: 3))
            #expect(outcome.result == .success && outcome.error == nil)
            #expect(try outcome.output(of: Self.receipt) == "receipt for tea")
            let actions = calls.steps(.action)
            #expect(actions.first == "reserve" && actions.last == "ship" && Set(actions).count == 4)
            #expect(calls.steps(.compensation) == [])
            // The second call is answered, and does nothing.
            let again = try await coordinator.run(saga, id: "1", input: Order(item: "tea", price: 3))
            #expect(again == outcome && calls.steps(.action).count == 4)
            #expect(coordinator.openRuns == [])
        }
    }

    @Test func whatWasDoneIsUndoneInReverse() async throws {
        try await withFileLog { calls in
            [try Self.saga(calls, failing: ["ship"])]
        } body: { coordinator, calls, _ in
            let outcome = try await coordinator.run(
                try Self.saga(calls, failing: ["ship"]), id: "1", input: Order(item: "tea", price: 3))
            #expect(outcome.result == .compensated)
            #expect(outcome.error?.type == "declined" && outcome.error?.result == "failure")
            let undone = calls.steps(.compensation)
            #expect(Set(undone) == ["reserve", "charge", "label"] && undone.last == "reserve")
        }
    }

    private func withFileLog(
        _ sagas: (CallLog) throws -> [any SagaDefinition],
        body: (SagaCoordinator, CallLog, SagaLog) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let log = try SagaLog.open(directory.path + "/log")
            defer { log.close() }
            let calls = CallLog()
            let coordinator = try SagaCoordinator(log: log, sagas: try sagas(calls))
            try await body(coordinator, calls, log)
            await coordinator.shutdown()
        }
    }
}
