import SagaLog
import SagaRuntime

extension RecordedRun {
    /// Its next record.
    package mutating func apply(_ record: LogRecord) {
        let entry = record.entry
        if Int(entry.sequence) != records {
            note(
                problem: "record \(record.lsn) is number \(entry.sequence) of the run, and number \(records) is missing"
            )
        }
        records = Int(entry.sequence) + 1
        (lsn, epoch, changedUnixNano) = (record.lsn.rawValue, record.epoch, record.time)
        if record.kind.isOfStep { applyToStep(record) } else { applyToRun(record) }
    }

    private mutating func applyToRun(_ record: LogRecord) {
        switch record.kind {
        case .runStarted:
            (saga, state) = (record.entry.name, RunState.running.description)
            guard let header = decoded(RunHeader.self, record) else { return }
            (key, version) = (header.key, Int(header.version))
        case .runSuspended: state = RunState.suspended.description
        case .runClosed:
            state = RunState.closed.description
            guard let outcome = decoded(OutcomePayload.self, record) else { return }
            result = outcome.result
            error = outcome.error ?? error
        case .note: applyNote(record)
        default: break
        }
    }

    private mutating func applyNote(_ record: LogRecord) {
        switch record.entry.name {
        case RunNote.compensate:
            state = RunState.compensating.description
            error = error ?? decoded(RecordedError.self, record)
        case RunNote.retry: state = RunState.compensating.description
        case RunNote.resolved:
            if let position = position(of: Int(record.entry.step)) { steps[position].state = "resolved" }
        default: break
        }
    }

    private mutating func applyToStep(_ record: LogRecord) {
        var step = step(of: record.entry)
        let attempt = Int(record.entry.attempt)
        switch record.kind {
        case .stepStarted: (step.state, step.attempts) = ("started", attempt)
        case .stepCommitted: step.state = "committed"
        case .stepFailed:
            guard let failure = decoded(FailurePayload.self, record), failure.isFinal else { break }
            step.state = failure.isWithoutEffect ? "refused" : "failed"
            state = RunState.compensating.description
            error = error ?? failure.error
        case .compensationStarted:
            (step.state, step.compensations) = ("undoing", attempt)
            state = RunState.compensating.description
        case .compensationCommitted: step.state = "undone"
        default:
            if let failure = decoded(FailurePayload.self, record), failure.isFinal { step.state = "stuck" }
        }
        set(step)
    }

    private func step(of entry: LogEntry) -> Step {
        let index = Int(entry.step)
        return position(of: index).map { steps[$0] } ?? Step(index: index, name: entry.name)
    }

    private mutating func set(_ step: Step) {
        if let position = position(of: step.index) {
            steps[position] = step
        } else {
            steps.insert(step, at: steps.firstIndex { $0.index > step.index } ?? steps.endIndex)
        }
    }

    private mutating func decoded<Payload: Decodable>(_ type: Payload.Type, _ record: LogRecord) -> Payload? {
        do { return try JSONPayload.decode(type, from: record.entry.payload) } catch {
            note(problem: "the payload of record \(record.lsn), \(record.kind), cannot be read")
            return nil
        }
    }
}
