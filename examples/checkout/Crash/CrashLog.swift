import SagaLog
import Sagascope

/// What the saga log says of the two lives. Nobody writes to it any more.
struct CrashLog: Sendable {
    private struct Run {
        var started = 0
        var closed = 0
        var firstEpoch: UInt32 = 0
        var lastEpoch: UInt32 = 0
        var compensated: [String: Int] = [:]
    }

    let report: LogReport
    private var runs: [TraceID: Run] = [:]
    private var firstEpoch: UInt32?

    /// - Throws: when the files cannot be read.
    init(directory: String) throws {
        var runs: [TraceID: Run] = [:]
        var firstEpoch: UInt32?
        _ = try LogScan.records(directory: directory, from: .first) { record in
            firstEpoch = firstEpoch ?? record.epoch
            guard record.kind.isOfRun else { return }
            var run = runs.removeValue(forKey: record.run) ?? Run()
            switch record.kind {
            case .runStarted: (run.started, run.firstEpoch) = (run.started + 1, record.epoch)
            case .runClosed: run.closed += 1
            case .compensationCommitted: run.compensated[record.entry.name, default: 0] += 1
            default: break
            }
            run.lastEpoch = record.epoch
            runs[record.run] = run
        }
        report = try LogScan.run(directory: directory)
        self.runs = runs
        self.firstEpoch = firstEpoch
    }

    var endedInFirstLife: Int { runs.values.count { $0.lastEpoch == firstEpoch } }
    var resumed: Int { runs.values.count { $0.firstEpoch == firstEpoch && $0.lastEpoch != firstEpoch } }
    var begunInSecondLife: Int { runs.values.count { $0.firstEpoch != firstEpoch } }

    /// Every disagreement in words; empty when there is none.
    func disagreements(with orders: [Order], resumed told: Int) -> [String] {
        var found: [String] = []
        if report.condition != .sound { found.append("the log is \(report.condition.rawValue)") }
        if told != resumed { found.append("recovery went on with \(told) runs, and \(resumed) go on in the log") }
        for order in orders {
            let run = runs[DerivedID.trace(saga: CheckoutSaga.name, id: order.id)] ?? Run()
            if run.started != 1 || run.closed != 1 {
                found.append("\(order.id): \(run.started) first and \(run.closed) last records in the log")
            }
            for (step, count) in run.compensated where count > 1 {
                found.append("\(order.id): the log has \(step) compensated \(count) times")
            }
        }
        if runs.count > orders.count { found.append("the log has \(runs.count - orders.count) runs of no order") }
        return found
    }
}
