import SagaLog
import SagaTelemetry

/// Makes a run anew out of its records, if they are what its definition allows.
struct RunRestoration: Sendable {
    let definitions: SagaDefinitions
    let store: any SagaLogStore

    /// - Throws: ``SagaRuntimeError`` that says why it cannot go on.
    func restore(_ run: TraceID, _ records: [LogRecord]) throws(SagaRuntimeError) -> LiveRun {
        guard let first = records.first, let last = records.last, first.kind == .runStarted else {
            throw .quarantined(run: "\(run)", reason: "its first record is missing")
        }
        let header: RunHeader
        do { header = try JSONPayload.decode(RunHeader.self, from: first.entry.payload) } catch {
            throw .quarantined(run: "\(run)", reason: "its first record cannot be read: \(error)")
        }
        let blueprint = try definitions.definition(first.entry.name, version: header.version)
        let graph = blueprint.graph
        var (machine, outputs) = (RunMachine(steps: graph.count), StepOutputs())
        var failed: RecordedError?
        for record in records {
            do throws(IllegalRecord) { try machine.apply(record.entry, in: graph) } catch {
                throw .quarantined(run: "\(run)", reason: Self.reason(error, header, blueprint))
            }
            switch record.kind {
            case .stepCommitted where !record.entry.payload.isEmpty:
                outputs[record.entry.name] = record.entry.payload
            case .stepFailed:
                if let failure = record.entry.failure, failure.isFinal { failed = failed ?? failure.error }
            case .note where record.entry.name == RunNote.compensate:
                failed = failed ?? (try? JSONPayload.decode(RecordedError.self, from: record.entry.payload))
            default: break
            }
        }
        guard header.graph == graph.fingerprint else {
            throw .quarantined(
                run: "\(run)",
                reason: "the definition of \(blueprint.name), version \(header.version), has changed since it began: "
                    + "give a changed definition another version")
        }
        let input: any Sendable
        do { input = try blueprint.decode(Array(header.input.utf8)) } catch {
            throw .quarantined(run: "\(run)", reason: "its input cannot be read: \(error)")
        }
        let journal = RunJournal(run: run, graph: graph, machine: machine, lsn: last.lsn, store: store)
        return LiveRun(
            id: run, key: header.key, blueprint: blueprint, input: input, inputText: header.input, journal: journal,
            deadline: header.deadline, started: first.time, resumes: TraceContext(first.entry.trace), outputs: outputs,
            error: failed)
    }

    private static func reason(_ error: IllegalRecord, _ header: RunHeader, _ blueprint: SagaBlueprint) -> String {
        header.graph == blueprint.graph.fingerprint
            ? "\(error)"
            : "the definition of \(blueprint.name), version \(header.version), has changed since it began: \(error)"
    }
}

extension TraceContext {
    /// nil when the record was written without a span.
    init?(_ trace: LogTrace) {
        guard trace.spanID.isValid else { return nil }
        self.init(traceID: trace.traceID, spanID: trace.spanID, flags: trace.isSampled ? 1 : 0)
    }
}
