import Foundation
import SagaLog

/// What the closing table of a killed run shows and `summary.json` holds.
struct CrashSummary: Codable, Sendable {
    /// What the three databases say of the orders.
    struct Orders: Codable, Sendable {
        var done: Int
        var compensated: Int
        var inBetween: Int
    }

    struct Recovery: Codable, Sendable {
        /// Orders that had begun when the orchestrator was killed.
        var begunBeforeKill: Int
        var endedInFirstLife: Int
        var resumed: Int
        var begunInSecondLife: Int
        var compensationsDoubled: Int
    }

    struct Log: Codable, Sendable {
        /// As `sagascope log verify` has it.
        var condition: String
        var records: Int
    }

    /// Exported spans; absent where they did not go to a file.
    struct Spans: Codable, Sendable {
        var firstLife: Int?
        var secondLife: Int?
        var participants: Int?
        var toldTwice: Int?
    }

    /// In which everything is.
    var folder: String
    var orders: Int
    var seed: UInt64
    var elapsedSeconds: Double
    /// The orchestrator's.
    var killedProcess: Int
    var resumedProcess: Int
    var states: Orders
    var recovery: Recovery
    var log: Log
    var spans: Spans
    var consistent: Bool
    /// At most ``Summary/disagreementLimit`` of them.
    var disagreements: [String]
}

extension CrashSummary {
    init(
        _ options: DemoOptions, _ figures: CrashFigures, _ life: LifeReport, _ states: OrderStates, _ log: CrashLog,
        _ telemetry: CrashTelemetry, doubled: Int, _ disagreements: [String]
    ) {
        self.init(
            folder: options.out, orders: options.orders, seed: options.seed,
            elapsedSeconds: figures.elapsed / .seconds(1),
            killedProcess: Int(figures.killed), resumedProcess: Int(figures.resumed),
            states: Orders(
                done: states.done, compensated: states.compensated, inBetween: states.inBetween.count),
            recovery: Recovery(
                begunBeforeKill: figures.begun, endedInFirstLife: log.endedInFirstLife, resumed: life.resumed,
                begunInSecondLife: log.begunInSecondLife, compensationsDoubled: doubled),
            log: Log(condition: log.report.condition.rawValue, records: Int(log.report.records)),
            spans: Spans(
                firstLife: telemetry.firstLife, secondLife: telemetry.secondLife,
                participants: telemetry.participants, toldTwice: telemetry.toldTwice),
            consistent: disagreements.isEmpty,
            disagreements: Array(disagreements.prefix(Summary.disagreementLimit)))
    }

    func json() throws -> [UInt8] { try SummaryCoding.json(self) }
}
