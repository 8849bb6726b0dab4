import FoundationEssentials
import SagaInstrumentation
import SagaLog
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaRuntime

/// Row 4.4: memory against the log and the log against memory, each difference made by hand.
@Suite struct PatrolTests {
    @Test func row44WhatIsConsistentIsNoFinding() async throws {
        let checked = try CheckedCoordinator("consistent")
        let run = try await checked.begin("1")
        var patrol = RunPatrol(checked.coordinator)
        for _ in 0..<3 { await patrol.check() }
        checked.doors.door(of: "1").open()
        #expect(try await run.value.result == .success)
        for _ in 0..<3 { await patrol.check() }
        #expect(checked.types() == [])
    }

    /// One thing made wrong with a run that waits at its door.
    private func finding(
        _ type: RunFinding.Kind, looks: Int = 2, in test: String = #function,
        _ spoil: (CheckedCoordinator) throws -> Void
    ) async throws -> RunFinding {
        let checked = try CheckedCoordinator("finds-\(test.dropLast(2))")
        let run = try await checked.begin("1")
        var patrol = RunPatrol(checked.coordinator)
        await patrol.check()
        try spoil(checked)
        for _ in 1..<looks {
            await patrol.check()
            #expect(checked.types() == [], "one look is not enough")
        }
        // Told once, however often it is seen.
        for _ in 0..<3 { await patrol.check() }
        #expect(checked.types() == [type])
        #expect(checked.checks(type) == 1)
        run.cancel()
        checked.doors.door(of: "1").open()
        _ = try? await run.value
        return try #require(checked.coordinator.findings.last)
    }

    @Test func row44MemoryAhead() async throws {
        let found = try await finding(.memoryAhead) { checked in
            try checked.live("1").journal.distort { machine, lsn in
                machine.steps[1].state = .committed
                machine.records += 1
                lsn = lsn.advanced(by: 1)
            }
        }
        #expect(found.memory.records == found.log.records + 1)
        #expect(found.memory.steps == ["reserve": "committed", "ship": "committed"])
        #expect(found.log.steps == ["reserve": "committed", "ship": "started"])
    }

    @Test func row44LogAhead() async throws {
        let found = try await finding(.logAhead) { checked in
            checked.force(.stepCommitted, of: "1", name: "ship", step: 1)
        }
        #expect(found.memory.records + 1 == found.log.records && found.memory.lsn < found.log.lsn)
        #expect(found.log.steps["ship"] == "committed")
    }

    @Test func row44Diverged() async throws {
        let found = try await finding(.diverged) { checked in
            try checked.live("1").journal.distort { machine, _ in machine.steps[0].state = .failed }
        }
        #expect(found.memory.records == found.log.records && found.memory.lsn == found.log.lsn)
        #expect(found.memory.steps["reserve"] == "failed" && found.log.steps["reserve"] == "committed")
    }

    /// No lag explains a record that cannot be there: it is found at once.
    @Test func row44IllegalInTheLogIsDiverged() async throws {
        let found = try await finding(.diverged, looks: 1) { checked in
            checked.force(.compensationCommitted, of: "1", name: "reserve")
        }
        #expect(try #require(found.log.fault).contains("compensation_committed of reserve"))
    }

    @Test func row44SequenceGap() async throws {
        let found = try await finding(.sequenceGap, looks: 1) { checked in
            checked.force(.stepCommitted, of: "1", name: "ship", step: 1, skipping: 3)
        }
        #expect(try #require(found.log.fault).contains("the run's next one is number"))
    }

    @Test func row44OrphanMemory() async throws {
        let found = try await finding(.orphanMemory) { checked in
            checked.force(.runClosed, of: "1", name: checked.saga.name, payload: Array(#"{"result":"success"}"#.utf8))
        }
        #expect(found.log.state == "absent" && found.memory.state == "running")
    }

    @Test func row44OrphanLog() async throws {
        let found = try await finding(.orphanLog) { checked in
            checked.coordinator.runs.remove(try checked.live("1"))
        }
        #expect(found.memory.state == "absent" && found.log.state == "running")
    }

    /// Whatever the policy is: memory and log say the same.
    @Test func row44Stalled() async throws {
        let checked = try CheckedCoordinator("stalled", policy: .quarantine)
        let run = try await checked.begin("1")
        var patrol = RunPatrol(checked.coordinator)
        let active = { metric(MetricCatalogue.driftActive, ["saga.drift.type": "stalled"]) ?? 0 }
        await patrol.check()
        checked.clock.advance(by: .seconds(300))
        await patrol.check()
        #expect(checked.types() == [] && active() == 0)
        checked.clock.advance(by: .seconds(1))
        for _ in 0..<2 { await patrol.check() }
        #expect(checked.types() == [.stalled] && active() == 1)
        let found = try #require(checked.coordinator.findings.first)
        #expect(found.memory == found.log && found.policy == .report)
        // It goes on.
        checked.doors.door(of: "1").open()
        #expect(try await run.value.result == .success)
        await patrol.check()
        #expect(active() == 0)
    }

    /// Different at each look, since it goes on: that is lag.
    @Test func row44LagIsNoFinding() async throws {
        let checked = try CheckedCoordinator("lag")
        let run = try await checked.begin("1")
        var patrol = RunPatrol(checked.coordinator)
        await patrol.check()
        for attempt in 2...9 as ClosedRange<UInt16> {
            try checked.live("1").journal.distort { machine, lsn in
                machine.steps[1].attempt = Int(attempt)
                machine.records += 1
                lsn = lsn.advanced(by: 1)
            }
            await patrol.check()
        }
        #expect(checked.types() == [])
        run.cancel()
        checked.doors.door(of: "1").open()
        _ = try? await run.value
    }

    @Test func row44ABusyCoordinatorHasNoFinding() async throws {
        let checked = try CheckedCoordinator("busy") { $0.patrolPeriod = .milliseconds(1) }
        try await checked.coordinator.recover()
        let (coordinator, saga, clock) = (checked.coordinator, checked.saga, checked.clock)
        let patrol = Task { await coordinator.patrol() }
        // Virtual time passes as fast as it can.
        let time = Task {
            while !Task.isCancelled {
                clock.advance(by: .milliseconds(1))
                await Task.yield()
            }
        }
        let looks = { metric(MetricCatalogue.driftChecks, ["saga.drift.result": "consistent"]) ?? 0 }
        let before = looks()
        try await withThrowingTaskGroup(of: RunOutcome.self) { group in
            for number in 0..<200 {
                group.addTask { try await coordinator.run(saga, id: "\(number)", input: "\(number)") }
            }
            for number in 0..<200 {
                if number.isMultiple(of: 3) {
                    _ = try await eventually("it has begun") {
                        checked.doors.arrivals(of: "\(number)") > 0 ? true : nil
                    }
                    try coordinator.cancel(checked.id("\(number)"))
                }
                checked.doors.door(of: "\(number)").open()
            }
            _ = try await eventually("a look was made at open runs") { looks() > before ? true : nil }
            for try await _ in group {}
        }
        patrol.cancel()
        time.cancel()
        await patrol.value
        #expect(coordinator.findings == [])
    }

    @Test func aLogThatCannotBeReadIsUnknownAndToldOfOnce() async throws {
        let checked = try CheckedCoordinator("unreadable")
        let run = try await checked.begin("1")
        var patrol = RunPatrol(checked.coordinator)
        let unknown = { metric(MetricCatalogue.driftChecks, ["saga.drift.result": "unknown"]) ?? 0 }
        let before = unknown()
        checked.store.isUnreadable = true
        for _ in 0..<3 { await patrol.check() }
        #expect(unknown() >= before + 3)
        #expect(checked.types() == [])
        checked.store.isUnreadable = false
        // It goes on where it was.
        checked.force(.stepCommitted, of: "1", name: "ship", step: 1)
        for _ in 0..<2 { await patrol.check() }
        #expect(checked.types() == [.logAhead])
        run.cancel()
        checked.doors.door(of: "1").open()
        _ = try? await run.value
    }

    @Test func recycledRecordsAreTakenFromTheSnapshot() async throws {
        let checked = try CheckedCoordinator("recycled")
        let run = try await checked.begin("1")
        let end = try await checked.store.takeSnapshot(application: nil)
        checked.log.recycle(through: end)
        var patrol = RunPatrol(checked.coordinator)
        for _ in 0..<2 { await patrol.check() }
        #expect(checked.types() == [])
        checked.force(.stepCommitted, of: "1", name: "ship", step: 1)
        for _ in 0..<2 { await patrol.check() }
        #expect(checked.types() == [.logAhead])
        run.cancel()
        checked.doors.door(of: "1").open()
        _ = try? await run.value
    }

    /// The log is read once: by recovery.
    @Test func recoveryHandsOverWhatItRead() async throws {
        let checked = try CheckedCoordinator("handed-over")
        let run = try await checked.begin("1")
        let later = try SagaCoordinator(
            log: MemoryStore(checked.log), sagas: [checked.saga], options: CoordinatorOptions(), world: RuntimeWorld())
        try await later.recover()
        let shadow = try #require(later.ledger.takeOver())
        #expect(shadow.runs.keys.contains(checked.id("1")) && shadow.next > .first)
        run.cancel()
        checked.doors.door(of: "1").open()
        _ = try? await run.value
    }

    /// On files: the same reader goes on where it was, and never waits for a record.
    @Test func aLogOfFilesIsFollowed() async throws {
        try await withTemporaryDirectory { directory in
            let log = try SagaLog.open(directory.path + "/log")
            defer { log.close() }
            let saga = try Saga("on-files", input: Int.self) { Step<Int>("step", { _ in }, compensate: { _ in }) }
            var options = CoordinatorOptions()
            options.findingPolicy = .report
            let coordinator = try SagaCoordinator(log: log, sagas: [saga], options: options)
            var patrol = RunPatrol(coordinator)
            for id in 0..<5 {
                _ = try await coordinator.run(saga, id: "\(id)", input: id)
                for _ in 0..<2 { await patrol.check() }
            }
            #expect(coordinator.findings == [])
            let lost = TraceID.random()
            try await log.run(lost).commit(LogEntry(.runStarted, sequence: 0, name: "on-files"))
            for _ in 0..<2 { await patrol.check() }
            #expect(coordinator.findings.map(\.run) == [lost.description])
            #expect(coordinator.findings.map(\.type) == [.orphanLog])
            await coordinator.shutdown()
        }
    }
}
