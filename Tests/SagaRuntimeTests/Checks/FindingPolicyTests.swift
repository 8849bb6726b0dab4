import SagaInstrumentation
import SagaLog
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaRuntime

/// Row 4.4: what is done about a finding.
@Suite struct FindingPolicyTests {
    /// Two looks, so that a difference is a finding.
    private func look(_ checked: CheckedCoordinator) async {
        var patrol = RunPatrol(checked.coordinator)
        for _ in 0..<2 { await patrol.check() }
    }

    private func spoil(_ run: String, of checked: CheckedCoordinator) throws {
        try checked.live(run).journal.distort { machine, _ in machine.steps[0].state = .failed }
    }

    @Test func row44ReportLeavesTheRunAlone() async throws {
        let checked = try CheckedCoordinator("reported", policy: .report)
        let run = try await checked.begin("1")
        checked.force(.note, of: "1", name: "by somebody else")
        await look(checked)
        #expect(checked.types() == [.logAhead] && checked.coordinator.findings[0].policy == .report)
        #expect(try checked.live("1").journal.failure == nil)
        #expect(checked.coordinator.openRuns.map(\.state) == ["running"])
        // It is the store that refuses what would come next.
        checked.doors.door(of: "1").open()
        await #expect(throws: SagaRuntimeError.self) { try await run.value }
    }

    @Test func row44QuarantineSetsTheRunAsideAndNoOther() async throws {
        let checked = try CheckedCoordinator("set-aside", policy: .quarantine)
        let (sick, healthy) = (try await checked.begin("sick"), try await checked.begin("healthy"))
        try spoil("sick", of: checked)
        await look(checked)
        // Its caller is told, although its step does not end.
        let error = await #expect(throws: SagaRuntimeError.self) { try await sick.value }
        #expect(error?.errorType == "quarantined")
        #expect(Set(checked.coordinator.openRuns.map(\.state)) == ["running", "quarantined"])
        await #expect(throws: SagaRuntimeError.self) {
            try await checked.coordinator.run(checked.saga, id: "sick", input: "sick")
        }
        let records = checked.log.records(of: checked.id("sick")).count
        for run in ["sick", "healthy"] { checked.doors.door(of: run).open() }
        #expect(try await healthy.value.result == .success)
        #expect(checked.log.records(of: checked.id("sick")).count == records, "nothing more is written of it")
        await look(checked)
        #expect(checked.types() == [.diverged])
        // Somebody has looked at it: it goes on from its log.
        #expect(try await checked.coordinator.retry(checked.id("sick")).result == .success)
    }

    @Test func row44RepairGoesOnFromTheLog() async throws {
        let checked = try CheckedCoordinator("repaired", policy: .repair)
        let run = try await checked.begin("1")
        let before = repairs(.logAhead, "repaired")
        // The log has the second step's end, and memory still waits for it.
        checked.force(.stepCommitted, of: "1", name: "ship", step: 1)
        await look(checked)
        // The one who called is answered by what came of the log: the step is not repeated.
        #expect(try await run.value.result == .success)
        #expect(checked.doors.arrivals(of: "1") == 1 && checked.types() == [.logAhead])
        #expect(repairs(.logAhead, "repaired") == before + 1)
        _ = try await eventually("nothing is left") { checked.coordinator.openRuns.isEmpty ? true : nil }
        checked.doors.door(of: "1").open()
        #expect(checked.doors.undone == [])
    }

    @Test func row44RepairOfAGhostAnswersWhatTheLogSays() async throws {
        let checked = try CheckedCoordinator("ghost", policy: .repair)
        let run = try await checked.begin("1")
        checked.force(
            .runClosed, of: "1", name: checked.saga.name, payload: Array(#"{"result":"compensated"}"#.utf8))
        await look(checked)
        #expect(try await run.value.result == .compensated)
        #expect(checked.coordinator.openRuns == [])
        checked.doors.door(of: "1").open()
    }

    @Test func row44RepairOfALostRunGoesOnWithIt() async throws {
        let checked = try CheckedCoordinator("lost", policy: .repair)
        let run = try await checked.begin("1")
        let lost = try checked.live("1")
        lost.journal.stop(.shuttingDown)
        checked.coordinator.runs.remove(lost)
        await look(checked)
        #expect(checked.types() == [.orphanLog])
        checked.doors.door(of: "1").open()
        _ = try? await run.value
        _ = try await eventually("it goes on") { checked.doors.arrivals(of: "1") == 2 ? true : nil }
        let outcome = try await checked.coordinator.run(checked.saga, id: "1", input: "1")
        #expect(outcome.result == .success)
    }

    /// Nobody begins it a second time while it is being made anew.
    @Test func aRunThatIsBeingMadeAnewIsNotBegun() async throws {
        let checked = try CheckedCoordinator("made-anew")
        checked.coordinator.runs.beginTakingUp(checked.id("1"))
        let error = await #expect(throws: SagaRuntimeError.self) {
            try await checked.coordinator.run(checked.saga, id: "1", input: "1")
        }
        #expect(error?.errorType == "quarantined")
        #expect(checked.log.records == [])
    }

    @Test func row44WhatCannotBeRepairedIsQuarantined() async throws {
        let checked = try CheckedCoordinator("beyond-repair", policy: .repair)
        let run = try await checked.begin("1")
        let before = repairs(.diverged, "quarantined")
        checked.force(.compensationCommitted, of: "1", name: "reserve")
        await look(checked)
        let error = await #expect(throws: SagaRuntimeError.self) { try await run.value }
        #expect(error?.errorType == "quarantined")
        #expect(checked.coordinator.openRuns.map(\.state) == ["quarantined"])
        #expect(repairs(.diverged, "quarantined") == before + 1)
        checked.doors.door(of: "1").open()
    }

    @Test func onlyTheLastFindingsAreKept() {
        let ledger = FindingLedger(dumps: nil)
        let side = RunFinding.Side(nil, nil)
        for number in 0..<250 as Range<UInt64> {
            ledger.note(
                RunFinding(
                    run: "r", saga: "s", type: .diverged, memory: side, log: side, time: number, policy: .report))
        }
        #expect(ledger.findings.map(\.time) == Array(150..<250))
    }

    private func repairs(_ type: RunFinding.Kind, _ outcome: String) -> Int {
        metric(
            MetricCatalogue.driftRepairs,
            ["saga.drift.type": .string(type.rawValue), "saga.drift.outcome": .string(outcome)]) ?? 0
    }
}
