import SagaLog
import SagaTelemetry

/// Folds records, run by run, with definitions that they were perhaps not written by. It holds no run that is closed.
struct LogReplay {
    private static let limit = 1_000

    private let definitions: SagaDefinitions
    private let names: Set<String>
    private var runs: [TraceID: ReplayedRun] = [:]
    private var skipped: Set<TraceID> = []
    private var done = ReplayReport()
    private var differences: [ReplayDifference] = []

    init(_ definitions: SagaDefinitions) {
        self.definitions = definitions
        names = definitions.names
    }

    mutating func apply(_ record: LogRecord) {
        guard record.kind.isOfRun else { return }
        if runs[record.run] == nil {
            guard record.kind == .runStarted, names.contains(record.entry.name) else {
                if skipped.insert(record.run).inserted { done.skipped += 1 }
                if record.kind == .runClosed { skipped.remove(record.run) }
                return
            }
            runs[record.run] = ReplayedRun(record, definitions)
            done.runs += 1
        }
        // What a snapshot has is in the log once more, as long as it is.
        guard let last = runs[record.run]?.lsn, last == .none || record.lsn > last else { return }
        done.records += 1
        runs[record.run]?.apply(record)
        if record.kind == .runClosed, let run = runs.removeValue(forKey: record.run) { note(run) }
    }

    private mutating func note(_ run: ReplayedRun) {
        if let difference = run.difference ?? run.changedGraph { differences.append(difference) }
        // Those that are shown are the first of them all.
        guard differences.count > 2 * Self.limit else { return }
        differences.sort { $0.lsn < $1.lsn }
        done.leftOut += differences.count - Self.limit
        differences.removeLast(differences.count - Self.limit)
    }

    var report: ReplayReport {
        var whole = self
        for run in runs.values { whole.note(run) }
        whole.differences.sort { $0.lsn < $1.lsn }
        var report = whole.done
        report.open = runs.count
        report.differences = Array(whole.differences.prefix(Self.limit))
        report.leftOut += whole.differences.count - report.differences.count
        return report
    }
}

/// One run that is replayed.
private struct ReplayedRun {
    private let first: LogRecord
    private let header: RunHeader?
    private let blueprint: SagaBlueprint?
    private var machine: RunMachine
    /// Of its last record.
    private(set) var lsn = LSN.none
    private(set) var difference: ReplayDifference?

    init(_ record: LogRecord, _ definitions: SagaDefinitions) {
        first = record
        let header = try? JSONPayload.decode(RunHeader.self, from: record.entry.payload)
        self.header = header
        blueprint = header.flatMap { try? definitions.definition(record.entry.name, version: $0.version) }
        machine = RunMachine(steps: blueprint?.graph.count ?? 0)
    }

    mutating func apply(_ record: LogRecord) {
        lsn = record.lsn
        guard difference == nil else { return }
        guard let header else { return differ(.illegalRecord, record, "it cannot be read as a run's first record") }
        guard let blueprint else { return differ(.unknownVersion, record, "no definition of this version was given") }
        let entry = record.entry
        if entry.kind.isOfStep, let name = blueprint.graph.names.element(at: Int(entry.step)), name != entry.name {
            return differ(.stepName, record, "step \(entry.step) is \(entry.name) here, and \(name) in the definition")
        }
        do { try machine.apply(entry, in: blueprint.graph) } catch { return differ(.illegalRecord, record, "\(error)") }
        switch entry.kind {
        case .runStarted:
            do { _ = try blueprint.decode(Array(header.input.utf8)) } catch {
                differ(.input, record, "the input is no input of the definition: \(error)")
            }
        case .stepCommitted: readOutput(record, blueprint.steps[Int(entry.step)])
        default: break
        }
    }

    private mutating func readOutput(_ record: LogRecord, _ step: StepBlueprint) {
        guard let readOutput = step.readOutput else { return }
        // A fallback need not answer anything.
        if record.entry.payload.isEmpty, step.fallback != nil { return }
        do { try readOutput(record.entry.payload) } catch {
            differ(.output, record, "what \(step.name) has answered is nothing that the definition can read: \(error)")
        }
    }

    /// Of a run that has no other difference: it could not be taken over all the same.
    var changedGraph: ReplayDifference? {
        guard let header, let blueprint, header.graph != blueprint.graph.fingerprint else { return nil }
        return difference(.graph, first, "the definition's steps, or what they wait for, are others than when it began")
    }

    private mutating func differ(_ kind: ReplayDifference.Kind, _ record: LogRecord, _ message: String) {
        difference = difference(kind, record, message)
    }

    private func difference(_ kind: ReplayDifference.Kind, _ record: LogRecord, _ message: String) -> ReplayDifference {
        ReplayDifference(
            kind: kind, run: record.run.description, id: header?.key ?? "", saga: first.entry.name,
            version: Int(header?.version ?? 0), lsn: record.lsn.rawValue, sequence: Int(record.entry.sequence),
            message: message)
    }
}

extension Array {
    fileprivate func element(at index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
