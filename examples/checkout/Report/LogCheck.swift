import SagaLog
import Sagascope

/// Compares the saga log with what the orchestrator believes: every run is there from its first record to its last, and with
/// the steps that its result says.
struct LogCheck: Sendable {
    let log: SagaLog

    private struct RunRecords {
        var started = 0
        var closed = 0
        var committed: Set<String> = []
        var compensated: Set<String> = []
    }

    /// Every disagreement in words; empty when there is none.
    func disagreements(with figures: RunLedger.Figures) async throws -> [String] {
        var records: [TraceID: RunRecords] = [:]
        for try await record in try await log.records(from: .first) where record.kind.isOfRun {
            var run = records.removeValue(forKey: record.run) ?? RunRecords()
            switch record.kind {
            case .runStarted: run.started += 1
            case .runClosed: run.closed += 1
            case .stepCommitted: run.committed.insert(record.entry.name)
            case .compensationCommitted: run.compensated.insert(record.entry.name)
            default: break
            }
            records[record.run] = run
        }
        var found = figures.runs.compactMap { run in
            disagreement(
                of: run, figures,
                records.removeValue(forKey: DerivedID.trace(saga: CheckoutSaga.name, id: run.order.id)))
        }
        found += records.keys.map { "run \($0): in the log, but never made" }
        let report = try LogScan.run(directory: log.directory)
        if report.condition != .sound { found.append("the log is \(report.condition.rawValue)") }
        return found
    }

    private func disagreement(of run: RunLedger.Run, _ figures: RunLedger.Figures, _ records: RunRecords?) -> String? {
        let name = "\(run.order.id) (\(run.result.rawValue))"
        guard let records else { return "\(name): not in the log" }
        if records.started != 1 || records.closed != 1 {
            return "\(name): \(records.started) first and \(records.closed) last records in the log"
        }
        if run.result == .success, records.committed.count < CheckoutStep.allCases.count {
            return "\(name): the log has only \(records.committed.sorted().joined(separator: ", "))"
        }
        let undone = Set((figures.compensations[run.order.id] ?? []).map(\.rawValue))
        guard records.compensated == undone else {
            return "\(name): the log has \(records.compensated.sorted()) compensated, expected \(undone.sorted())"
        }
        return nil
    }
}
