import SagaLog
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaRuntime

extension RecordedAttributesTests {
    /// A run that is open in the log, and that the coordinator knows nothing of.
    func untilARunHasDrifted() async throws {
        let log = MemoryLog()
        let saga = try Saga("drifted", input: Int.self) { Step<Int>("step", { _ in }, compensate: { _ in }) }
        var options = CoordinatorOptions()
        options.findingPolicy = .repair
        let coordinator = try SagaCoordinator(log: MemoryStore(log), sagas: [saga], options: options)
        try await coordinator.recover()
        let header = RunHeader(key: "1", version: 1, graph: saga.blueprint.graph.fingerprint, input: "1")
        let run = DerivedID.trace(saga: "drifted", id: "1")
        log.force(LogEntry(.runStarted, sequence: 0, name: "drifted", payload: JSONPayload.text(header)), run: run)
        var patrol = RunPatrol(coordinator)
        for _ in 0..<2 { await patrol.check() }
        _ = try await eventually("the run was made anew, and has ended") {
            log.records(of: run).last?.kind == .runClosed ? true : nil
        }
    }
}
