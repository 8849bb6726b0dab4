import SagaInstrumentation
import SagaLog
import SagaParticipant
import SagaTelemetry
import TestSupport

@testable import SagaRuntime

/// What must hold of a history, whatever has happened in it.
struct SagaInvariants {
    let history: SimulatedHistory
    let answers: SimulatedHistory.Answers
    let reports: [RunReport]
    private(set) var violations: [String] = []

    init(_ history: SimulatedHistory, _ answers: SimulatedHistory.Answers, _ reports: [RunReport]) {
        self.history = history
        self.answers = answers
        self.reports = reports
    }

    mutating func check() throws {
        let graph = try history.saga(MemoryStore(MemoryLog())).blueprint.graph
        for key in history.runs {
            let run = history.runID(key)
            let records = history.log.records(of: run)
            var machine = RunMachine(steps: graph.count)
            for record in records {
                do { try machine.apply(record.entry, in: graph) } catch { fail(key, "\(error)") }
            }
            checkEnd(key, machine, records)
            try checkEffects(key, run, machine, graph)
            checkCompensations(key, run, graph)
            checkBeginnings(key, run, graph, records)
        }
    }

    private mutating func fail(_ run: String, _ what: String) { violations.append("\(run): \(what)") }

    /// One terminal state, which everybody was told of.
    private mutating func checkEnd(_ key: String, _ machine: RunMachine, _ records: [LogRecord]) {
        let closings = records.filter { $0.kind == .runClosed }
        if machine.phase != .closed && machine.phase != .suspended { fail(key, "it is \(machine.phase)") }
        if closings.count > 1 { fail(key, "it was closed \(closings.count) times") }
        guard let answer = answers[key] else { return fail(key, "nobody was told how it ended") }
        let isUndone = machine.steps.contains { $0.state == .undone || $0.state == .stuck }
        let expected: Bool =
            switch answer.result {
            case .success: machine.steps.allSatisfy { $0.state == .committed }
            case .compensated: isUndone && machine.phase == .closed
            case .compensationFailed: machine.phase == .suspended
            default: !isUndone && machine.phase == .closed
            }
        if !expected { fail(key, "it was told to be \(answer.result), and its log says otherwise: \(machine)") }
        // Memory and log agree on what is still open.
        let report = reports.first { $0.id == key }
        if (machine.phase == .suspended) != (report != nil) { fail(key, "memory has \(String(describing: report))") }
        if let report {
            if report.steps.map(\.state) != machine.steps.map(\.state.rawValue) { fail(key, "memory has \(report)") }
        }
    }

    /// All that was done is in force, or nothing of what can be undone.
    private mutating func checkEffects(
        _ key: String, _ run: TraceID, _ machine: RunMachine, _ graph: StepGraph
    ) throws {
        let inForce = try history.participant.inForce
        for (index, step) in machine.steps.enumerated() {
            let isInForce = inForce.contains(.init(run: run, step: graph.names[index]))
            switch step.state {
            case .committed where !isInForce: fail(key, "\(graph.names[index]) was committed, and is not in force")
            case .undone where isInForce: fail(key, "\(graph.names[index]) was undone, and is in force")
            case .idle where isInForce, .refused where isInForce:
                fail(key, "\(graph.names[index]) is \(step.state), and is in force")
            default: break
            }
        }
    }

    /// Once each, and nothing before what came after it.
    private mutating func checkCompensations(_ key: String, _ run: TraceID, _ graph: StepGraph) {
        let events = history.participant.events.filter { $0.effect.run == run }
        for (index, name) in graph.names.enumerated() {
            let performed = events.filter { $0.effect.step == name && $0.kind == .performed(.compensation) }
            if performed.count > 1 { fail(key, "\(name) was undone \(performed.count) times") }
            let done = events.filter { $0.effect.step == name && $0.kind == .performed(.action) }
            if done.count > 1 { fail(key, "\(name) was done \(done.count) times") }
            let first = events.firstIndex { $0.effect.step == name && $0.kind.isCallOfCompensation }
            guard let first else { continue }
            for other in graph.dependents[index] {
                let late = events[first...].contains {
                    $0.effect.step == graph.names[other] && $0.kind == .performed(.compensation)
                }
                // A dead letter that is tried again after a restart comes after those before it.
                let isCursed = history.participant.cursed.contains(graph.names[other])
                if late, !isCursed { fail(key, "\(graph.names[other]) was undone after \(name) before it") }
            }
        }
    }

    /// No step before the commits of those before it were durable.
    private mutating func checkBeginnings(
        _ key: String, _ run: TraceID, _ graph: StepGraph, _ records: [LogRecord]
    ) {
        for event in history.participant.events where event.effect.run == run {
            guard case .called(.action, let count) = event.kind,
                let index = graph.names.firstIndex(of: event.effect.step)
            else { continue }
            for needed in graph.dependencies[index] {
                let isDurable = records.contains {
                    $0.kind == .stepCommitted && $0.entry.step == UInt32(needed) && $0.lsn.rawValue <= UInt64(count)
                }
                if !isDurable { fail(key, "\(event.effect.step) began before \(graph.names[needed]) was durable") }
            }
        }
    }
}

extension SimulatedParticipant.Event.Kind {
    fileprivate var isCallOfCompensation: Bool {
        if case .called(.compensation, _) = self { true } else { false }
    }
}
