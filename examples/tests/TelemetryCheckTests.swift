import Sagascope
import Testing

@testable import checkout

@Suite("The metrics are held against the orchestrator's own counts")
struct TelemetryCheckTests {
    private static let bounds = [1.0]

    private func snapshot(successes: UInt64) -> MetricsSnapshot {
        let metric = MetricSnapshot(
            descriptor: MetricDescriptor("saga.run.duration", .histogram(bounds: Self.bounds), unit: "s", "Runs."),
            instrument: 0, startTime: 0, seriesAttributes: [["saga.name": "checkout", "saga.result": "success"]],
            points: .histograms([HistogramPoint(series: 0, counts: [successes, 0], sum: 0)]))
        return MetricsSnapshot(time: 0, metrics: [metric])
    }

    @Test func acceptsEqualCounts() {
        let ledger = RunLedger()
        ledger.noteEnd(of: .make(1, seed: 1), RunEnd(.success), after: .seconds(1))
        #expect(TelemetryCheck(snapshot: snapshot(successes: 1)).disagreements(with: ledger.figures).isEmpty)
    }

    @Test func namesWhatWasNotMeasured() {
        let ledger = RunLedger()
        ledger.noteEnd(of: .make(1, seed: 1), RunEnd(.success), after: .seconds(1))
        ledger.noteEnd(
            of: .make(2, seed: 1), RunEnd(CheckoutError.timedOut("stock"), wasUndone: false), after: .seconds(1))
        let found = TelemetryCheck(snapshot: snapshot(successes: 1)).disagreements(with: ledger.figures)
        #expect(found == ["saga.run.duration has 0 of timeout, the orchestrator 1"])
    }
}
