import SagaLog
import TestSupport
import Testing

@testable import SagaRuntime

@Suite struct RunMachineTests {
    private let graph: StepGraph

    init() throws {
        graph = try StepGraph(
            names: ["a", "b"], dependencies: [[], [0]], isCompensable: [true, true])
    }

    /// Applies records that are written as `kind step attempt`.
    private func machine(_ records: String...) throws -> RunMachine {
        var machine = RunMachine(steps: 2)
        for record in records { try machine.apply(entry(record, machine.records), in: graph) }
        return machine
    }

    private func entry(_ text: String, _ sequence: UInt32) -> LogEntry {
        let parts = text.split(separator: " ").map(String.init)
        let kinds: [String: LogRecordKind] = [
            "run": .runStarted, "start": .stepStarted, "commit": .stepCommitted, "fail": .stepFailed,
            "retry": .stepFailed, "refuse": .stepFailed, "undo": .compensationStarted,
            "undone": .compensationCommitted, "stuck": .compensationFailed, "suspend": .runSuspended,
            "close": .runClosed, "note": .note,
        ]
        let kind = kinds[parts[0]]!
        if kind == .note { return LogEntry(.note, sequence: sequence, name: parts[1], step: UInt32(parts[2])!) }
        let step = parts.count > 1 ? UInt32(graph.names.firstIndex(of: parts[1])!) : 0
        let failure = FailurePayload(
            error: RecordedError(type: "t", message: "m", result: "error"), isFinal: parts[0] != "retry",
            isWithoutEffect: parts[0] == "refuse")
        return LogEntry(
            kind, sequence: sequence, name: parts.count > 1 ? parts[1] : "saga", step: step,
            attempt: parts.count > 2 ? UInt16(parts[2])! : 1, payload: JSONPayload.text(failure))
    }

    @Test func aRunGoesForwardToItsEnd() throws {
        let end = try machine("run", "start a", "commit a", "start b", "retry b", "start b 2", "commit b 2", "close")
        #expect(end.phase == .closed && end.records == 8 && end.steps.map(\.attempt) == [1, 2])
    }

    @Test func aRunIsUndoneInReverse() throws {
        let end = try machine(
            "run", "start a", "commit a", "start b", "fail b", "undo b", "undone b", "undo a", "undone a", "close")
        #expect(end.phase == .closed && end.steps.map(\.state) == [.undone, .undone])
        let refused = try machine("run", "start a", "commit a", "start b", "refuse b", "undo a", "undone a", "close")
        #expect(refused.steps.map(\.state) == [.undone, .refused])
    }

    @Test func deadLettersAreTriedAgainOrResolved() throws {
        let suspended = ["run", "start a", "commit a", "start b", "refuse b", "undo a", "stuck a", "suspend"]
        func after(_ more: String...) throws -> RunMachine {
            var machine = RunMachine(steps: 2)
            for record in suspended + more { try machine.apply(entry(record, machine.records), in: graph) }
            return machine
        }
        #expect(try after().state == .suspended)
        #expect(try after("note saga.retry 0", "undo a 2", "undone a 2", "close").phase == .closed)
        #expect(try after("note saga.resolved 0", "close").steps[0].state == .resolved)
        #expect(throws: IllegalRecord.self) { try after("close") }
        #expect(throws: IllegalRecord.self) { try after("undo a 2") }
        #expect(throws: IllegalRecord.self) { try after("note saga.resolved 1") }
    }

    @Test func nothingElseIsLegal() throws {
        let illegal: [[String]] = [
            // Before it begins, and twice.
            ["start a"], ["run", "run"], ["close"],
            // Before its dependency, twice, out of turn.
            ["run", "start b"], ["run", "start a", "start a"], ["run", "start a 2"], ["run", "commit a"],
            ["run", "start a", "commit a 2"], ["run", "start a", "commit a", "commit a"],
            ["run", "start a", "commit a", "fail a"],
            // Going on after a failure, undoing in the wrong order, undoing what was not done.
            ["run", "start a", "fail a", "start a 2"],
            ["run", "start a", "commit a", "start b", "fail b", "undo a"],
            ["run", "start a", "refuse a", "undo a"], ["run", "start a", "fail a", "undone a"],
            ["run", "start a", "fail a", "undo a", "undone a", "undo a 2"], ["run", "start a", "fail a", "undo a 2"],
            // Ending with something left.
            ["run", "start a", "commit a", "close"], ["run", "start a", "fail a", "close"],
            ["run", "start a", "fail a", "undo a", "stuck a", "close"], ["run", "start a", "fail a", "suspend"],
            ["run", "start a", "refuse a", "close", "note other 0"], ["run", "note saga.unheard 0"],
        ]
        for records in illegal {
            var machine = RunMachine(steps: 2)
            for record in records.dropLast() { try machine.apply(entry(record, machine.records), in: graph) }
            let before = machine
            #expect(throws: IllegalRecord.self, "\(records)") {
                try machine.apply(entry(records.last!, machine.records), in: graph)
            }
            #expect(machine == before)
        }
    }

    @Test func aRecordOfAnotherDefinitionIsNamed() throws {
        var machine = try machine("run")
        for other in [
            LogEntry(.stepStarted, sequence: 1, name: "ship", step: 0),
            LogEntry(.stepStarted, sequence: 1, name: "a", step: 9),
            LogEntry(.stepStarted, sequence: 2, name: "a", step: 0),
        ] {
            let error = #expect(throws: IllegalRecord.self) { try machine.apply(other, in: graph) }
            #expect(error?.description.contains("cannot stand here") == true)
        }
    }

    /// Whatever is applied at random, a record is either legal or changes nothing, and a legal one never leaves more than one end.
    @Test func randomRecords() throws {
        var random = SplitMix(state: 7)
        let kinds: [LogRecordKind] = [
            .runStarted, .stepStarted, .stepCommitted, .stepFailed, .compensationStarted, .compensationCommitted,
            .compensationFailed, .runSuspended, .runClosed, .note,
        ]
        for _ in 0..<2_000 {
            var machine = RunMachine(steps: 2)
            for _ in 0..<60 {
                let step = Int.random(in: 0...1, using: &random)
                let failure = FailurePayload(
                    error: RecordedError(type: "t", message: "m", result: "error"), isFinal: .random(using: &random),
                    isWithoutEffect: .random(using: &random))
                let entry = LogEntry(
                    kinds.randomElement(using: &random)!, sequence: machine.records, name: graph.names[step],
                    step: UInt32(step), attempt: UInt16.random(in: 1...3, using: &random),
                    payload: JSONPayload.text(failure))
                let before = machine
                do throws(IllegalRecord) { try machine.apply(entry, in: graph) } catch { #expect(machine == before) }
                if before.phase == .closed { #expect(machine == before) }
                if machine.phase == .closed {
                    let isLeft = machine.steps.indices.contains { machine.needsUndo($0, in: graph) }
                    #expect(!isLeft || machine.steps.allSatisfy { $0.state == .committed })
                }
            }
        }
    }
}
