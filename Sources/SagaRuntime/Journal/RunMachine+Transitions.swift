import SagaLog

/// The table of legal transitions. The rules are those of steno's check on loading a log (a node's state must be possible given
/// its parents' states), and of Temporal's and DBOS's (the recorded step must be the definition's).
extension RunMachine {
    /// Applies the run's next record.
    /// - Throws: ``IllegalRecord``; nothing has changed then.
    package mutating func apply(_ entry: LogEntry, in graph: StepGraph) throws(IllegalRecord) {
        func require(_ isMet: Bool, _ reason: @autoclosure () -> String) throws(IllegalRecord) {
            if !isMet { throw IllegalRecord(entry, reason()) }
        }
        try require(entry.sequence == records, "the run's next one is number \(records)")
        try require(phase != .closed, "the run is closed")
        try require(
            (phase == .pending) == (entry.kind == .runStarted), "the run has \(phase == .pending ? "not " : "")begun")
        if entry.kind.isOfStep {
            let step = Int(entry.step)
            try require(step < steps.count, "the definition has \(steps.count) steps, and this is number \(step)")
            try require(
                graph.names[step] == entry.name, "step \(step) is \(graph.names[step]) in the definition")
            try applyStep(entry, step, in: graph)
        } else {
            try applyRun(entry, in: graph)
        }
        records += 1
    }

    private mutating func applyStep(_ entry: LogEntry, _ index: Int, in graph: StepGraph) throws(IllegalRecord) {
        func require(_ isMet: Bool, _ reason: @autoclosure () -> String) throws(IllegalRecord) {
            if !isMet { throw IllegalRecord(entry, reason()) }
        }
        var step = steps[index]
        let attempt = Int(entry.attempt)
        switch entry.kind {
        case .stepStarted:
            try require(phase == .forward, "the run is \(phase.rawValue)")
            try require(step.state == .idle || step.state == .started, "the step is \(step.state.rawValue)")
            try require(isReady(index, in: graph), "a step that it waits for is not committed")
            try require(attempt == step.attempt + 1, "its next attempt is \(step.attempt + 1)")
            (step.state, step.attempt) = (.started, attempt)
        case .stepCommitted:
            try require(phase == .forward || phase == .undoing, "the run is \(phase.rawValue)")
            try require(step.state == .started, "the step is \(step.state.rawValue)")
            try require(attempt == step.attempt, "its attempt is \(step.attempt)")
            step.state = .committed
        case .stepFailed:
            try require(phase == .forward || phase == .undoing, "the run is \(phase.rawValue)")
            try require(step.state == .started, "the step is \(step.state.rawValue)")
            try require(attempt == step.attempt, "its attempt is \(step.attempt)")
            guard let failure = entry.failure else { throw IllegalRecord(entry, "its payload cannot be read") }
            if failure.isFinal {
                step.state = failure.isWithoutEffect ? .refused : .failed
                phase = .undoing
            }
        default:
            try applyCompensation(entry, &step, index, in: graph)
        }
        steps[index] = step
    }

    private mutating func applyCompensation(
        _ entry: LogEntry, _ step: inout Step, _ index: Int, in graph: StepGraph
    ) throws(IllegalRecord) {
        func require(_ isMet: Bool, _ reason: @autoclosure () -> String) throws(IllegalRecord) {
            if !isMet { throw IllegalRecord(entry, reason()) }
        }
        let attempt = Int(entry.attempt)
        // On a full disk there is no room for the remark that the run is undone from here on.
        let turns = phase == .forward && entry.kind == .compensationStarted
        try require(phase == .undoing || turns, "the run is \(phase.rawValue)")
        if entry.kind == .compensationStarted {
            try require(graph.isCompensable[index], "the step has no compensation")
            try require(
                needsUndo(index, in: graph) || step.state == .stuck, "the step is \(step.state.rawValue)")
            try require(!heldUpUndo(in: graph)[index], "a step that came after it is not undone")
            try require(attempt == step.undoAttempt + 1, "its next attempt is \(step.undoAttempt + 1)")
            (step.state, step.undoAttempt) = (.undoing, attempt)
            phase = .undoing
            return
        }
        try require(step.state == .undoing, "the step is \(step.state.rawValue)")
        try require(attempt == step.undoAttempt, "its attempt is \(step.undoAttempt)")
        if entry.kind == .compensationCommitted {
            step.state = .undone
        } else {
            guard let failure = entry.failure else { throw IllegalRecord(entry, "its payload cannot be read") }
            if failure.isFinal { step.state = .stuck }
        }
    }

    private mutating func applyRun(_ entry: LogEntry, in graph: StepGraph) throws(IllegalRecord) {
        func require(_ isMet: Bool, _ reason: @autoclosure () -> String) throws(IllegalRecord) {
            if !isMet { throw IllegalRecord(entry, reason()) }
        }
        let isLeft = steps.indices.contains { needsUndo($0, in: graph) }
        switch entry.kind {
        case .runStarted: phase = .forward
        case .runSuspended:
            try require(phase == .undoing && !isLeft, "steps are left to be undone")
            try require(!steps(in: .stuck).isEmpty, "no compensation has given up")
            phase = .suspended
        case .runClosed:
            if phase == .forward {
                try require(steps(in: .committed).count == steps.count, "not every step is committed")
            } else {
                try require(!isLeft && steps(in: .stuck).isEmpty, "steps are left to be undone")
            }
            phase = .closed
        case .note where entry.name.hasPrefix(RunNote.prefix): try applyNote(entry)
        default: break
        }
    }

    private mutating func applyNote(_ entry: LogEntry) throws(IllegalRecord) {
        switch entry.name {
        case RunNote.compensate:
            guard phase == .forward else { throw IllegalRecord(entry, "the run is \(phase.rawValue)") }
            phase = .undoing
        case RunNote.resumed: resumed += 1
        case RunNote.retry:
            guard phase == .suspended else { throw IllegalRecord(entry, "the run is \(phase.rawValue)") }
            phase = .undoing
            resumed += 1
        case RunNote.resolved:
            let step = Int(entry.step)
            guard phase == .suspended, step < steps.count, steps[step].state == .stuck else {
                throw IllegalRecord(entry, "the step is no dead letter")
            }
            steps[step].state = .resolved
            resumed += 1
        default: throw IllegalRecord(entry, "\(entry.name) is nothing that this version knows")
        }
    }
}

extension LogEntry {
    /// What the record of a failed attempt says; nil when it cannot be read.
    var failure: FailurePayload? { try? JSONPayload.decode(FailurePayload.self, from: payload) }
}
