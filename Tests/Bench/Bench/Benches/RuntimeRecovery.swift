import SagaLog
import SagaRuntime
import SagaTelemetry

/// Taking over runs that a process has left open, each after two of five steps: their histories are read, checked and made
/// runs again; beside reading their records alone.
final class RuntimeRecovery: Bench {
    let unit = TimeUnit.milliseconds
    let referenceName = "read the records"
    let operations = 1
    let passes = 1
    private let open: Int
    private let bench: BenchLog
    private let saga: Saga<Int>

    init(open: Int) async throws {
        self.open = open
        bench = try BenchLog(try BenchDirectory())
        saga = try Saga("bench", input: Int.self) {
            for step in 1...5 { Step("step-\(step)") { _ in } compensate: { _ in } }
        }
        try await leave()
    }

    /// As a process leaves them that is killed.
    private func leave() async throws {
        let graph = saga.blueprint.graph
        for number in 0..<open {
            let header = RunHeader(key: "\(number)", version: 1, graph: graph.fingerprint, input: "\(number)")
            let run = bench.log.run(DerivedID.trace(saga: "bench", id: "\(number)"))
            var entries = [LogEntry(.runStarted, sequence: 0, name: "bench", payload: header.payload)]
            for step in 0..<2 {
                for kind in [.stepStarted, .stepCommitted] as [LogRecordKind] {
                    let sequence = UInt32(entries.count)
                    entries.append(LogEntry(kind, sequence: sequence, name: graph.names[step], step: UInt32(step)))
                }
            }
            for entry in entries { try await run.append(entry) }
        }
        try await bench.log.flush()
    }

    func pass(_ meter: inout Meter) async throws {
        // They are not driven on: that is what other benches measure.
        let coordinator = try SagaCoordinator(log: bench.log, sagas: [saga])
        var restored = 0
        try await meter.measureAsync { restored = try await coordinator.restoreOpenRuns().count }
        try require(restored == open, "\(restored) runs were taken over")
    }

    func referencePass(_ meter: inout Meter) async throws {
        var records = 0
        try await meter.measureAsync {
            for try await record in try await bench.log.records(from: .first) where record.kind.isOfRun { records += 1 }
        }
        try require(records == 5 * open, "\(records) records were read")
    }
}
