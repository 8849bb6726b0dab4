import Foundation
import SagaLog
import SagaTelemetry
import TaskInspection
import TestSupport
import Testing

@testable import SagaRuntime

/// Row 4.4: what is kept of what went wrong.
@Suite struct FindingDumpTests {
    private func dumps(in directory: URL) throws -> [FindingDump] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return try names.filter { $0.hasSuffix(".json") }.sorted().map {
            try JSONDecoder().decode(
                FindingDump.self, from: try Data(contentsOf: directory.appendingPathComponent($0)))
        }
    }

    private func written(by coordinator: SagaCoordinator) async throws {
        _ = try await eventually("the dump is written") { coordinator.ledger.dumps?.waiting == 0 ? true : nil }
    }

    @Test func row44AFindingLeavesADump() async throws {
        try await withTemporaryDirectory { directory in
            let checked = try CheckedCoordinator("dumped") { $0.dumpDirectory = directory.path + "/dumps" }
            let run = try await checked.begin("1")
            for number in 0..<60 {
                checked.force(
                    .note, of: "1", name: "by somebody else",
                    payload: Array(String(repeating: "x", count: number == 59 ? 5_000 : 10).utf8))
            }
            var patrol = RunPatrol(checked.coordinator)
            for _ in 0..<2 { await patrol.check() }
            try await written(by: checked.coordinator)
            let path = directory.appendingPathComponent("dumps")
            let dump = try #require(try dumps(in: path).first)
            #expect(dump.finding == checked.coordinator.findings.first && dump.finding?.type == .logAhead)
            #expect(dump.reason == "drift" && dump.run == checked.id("1").description)
            #expect(dump.report?.steps.map(\.state) == ["committed", "started"])
            let all = checked.log.records(of: checked.id("1"))
            #expect(dump.records.map(\.lsn) == all.suffix(50).map(\.lsn.rawValue))
            #expect(dump.leftOut == all.count - 50)
            let last = try #require(dump.records.last)
            #expect(last.kind == "note" && last.payload.utf8.count == 1_024 && last.payloadBytes == 5_000)
            let file = try #require(try FileManager.default.contentsOfDirectory(atPath: path.path).first)
            let mode = try FileManager.default.attributesOfItem(atPath: path.path + "/" + file)[.posixPermissions]
            #expect(mode as? Int == 0o600)
            run.cancel()
            checked.doors.door(of: "1").open()
            _ = try? await run.value
        }
    }

    @Test func aRunHasOneDumpAMinute() async throws {
        try await withTemporaryDirectory { directory in
            let log = MemoryLog()
            let dumps = FindingDumps(directory: directory.path, store: MemoryStore(log))
            let (run, other) = (TraceID.random(), TraceID.random())
            func begin(_ run: TraceID, _ second: UInt64) -> FindingDumps.Begun? {
                dumps.begin(run, reason: "recovery", message: "", report: nil, now: second * 1_000_000_000)
            }
            #expect(begin(run, 1) != nil && begin(run, 60) == nil && begin(other, 60) != nil)
            #expect(begin(run, 61) != nil)
            #expect(dumps.suppressed == 1)
            // At most eight are on their way.
            for _ in 0..<10 { _ = begin(.random(), 62) }
            #expect(dumps.waiting == 8 && dumps.suppressed == 6)
        }
    }

    @Test func theNewestFilesStay() async throws {
        try await withTemporaryDirectory { directory in
            let files = DumpFiles(directory: directory.path + "/dumps", kept: 20)
            for number in 0..<30 as Range<UInt64> {
                _ = try files.write(Array("{}".utf8), milliseconds: 1_700_000_000_000 + number, about: "x")
            }
            try Data().write(to: directory.appendingPathComponent("dumps/somebody-elses.json"))
            _ = try files.write(Array("{}".utf8), milliseconds: 1_700_000_000_030, about: "x")
            let names = try FileManager.default.contentsOfDirectory(atPath: directory.path + "/dumps").sorted()
            #expect(names.count == 21 && names.last == "somebody-elses.json")
            #expect(names[0].hasPrefix("sagascope-finding-1700000000011-"))
        }
    }

    @Test func aDirectoryThatCannotBeWrittenIsTold() throws {
        let files = DumpFiles(directory: "/proc/no-such-place", kept: 20)
        let error = #expect(throws: DumpFileError.self) { try files.write([], milliseconds: 1, about: "x") }
        #expect("\(try #require(error))".hasPrefix("cannot make /proc/no-such-place: "))
    }

    /// A quarantine on recovery leaves one as well.
    @Test func row44RecoveryLeavesADump() async throws {
        try await withTemporaryDirectory { directory in
            let checked = try CheckedCoordinator("dumped-by-recovery") { $0.dumpDirectory = directory.path }
            let run = checked.id("lost")
            checked.log.force(LogEntry(.runStarted, sequence: 0, name: checked.saga.name, payload: [0]), run: run)
            let report = try await checked.coordinator.recover()
            #expect(report.quarantined.map(\.run) == [run])
            try await written(by: checked.coordinator)
            let dump = try #require(try dumps(in: directory).first)
            #expect(dump.reason == "recovery" && dump.message == report.quarantined[0].reason)
            #expect(dump.records.map(\.kind) == ["run_started"] && dump.report?.state == "quarantined")
        }
    }

    /// Nothing illegal is written, and what would have been is kept.
    @Test func row44AnIllegalRecordLeavesADump() async throws {
        try await withTemporaryDirectory { directory in
            let checked = try CheckedCoordinator("dumped-as-illegal") { $0.dumpDirectory = directory.path }
            let run = try await checked.begin("1")
            try checked.live("1").journal.distort { machine, _ in machine.steps[1].state = .idle }
            checked.doors.door(of: "1").open()
            await #expect(throws: SagaRuntimeError.self) { try await run.value }
            #expect(checked.coordinator.openRuns.map(\.state) == ["quarantined"])
            try await written(by: checked.coordinator)
            let dump = try #require(try dumps(in: directory).first)
            #expect(dump.reason == "illegal_record" && dump.message.contains("step_committed of ship"))
            #expect(dump.report?.id == "1" && dump.records.last?.kind == "step_started")
        }
    }

    @Test func row44ADumpHasTheRunsTasks() async throws {
        try await withTemporaryDirectory { directory in
            try await withRecording(tracking: .reportingAfter(.seconds(60))) { _ in
                let checked = try CheckedCoordinator("dumped-with-tasks") { $0.dumpDirectory = directory.path }
                let run = try await checked.begin("1")
                try checked.live("1").journal.distort { machine, _ in machine.steps[0].state = .failed }
                var patrol = RunPatrol(checked.coordinator)
                for _ in 0..<2 { await patrol.check() }
                try await written(by: checked.coordinator)
                let tasks = try #require(try dumps(in: directory).first?.tasks)
                #expect(tasks.failure?.run == checked.id("1").description && tasks.failure?.errorType == "diverged")
                #expect(tasks.tasks.contains { $0.saga?.saga == "dumped-with-tasks" && $0.saga?.step == "ship" })
                run.cancel()
                checked.doors.door(of: "1").open()
                _ = try? await run.value
            }
        }
    }
}
