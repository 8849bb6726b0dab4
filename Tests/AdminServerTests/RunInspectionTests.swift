import SagaLog
import SagaTelemetry
import TestSupport
import Testing

@testable import RunInspection
@testable import SagaRuntime
@testable import Sagascope

@Suite struct RunInspectionTests {
    private func match(_ name: String, among runs: [(run: String, key: String)]) throws(RunProblem) -> String {
        try RunName(name).only(of: runs, run: \.run, key: \.key).run
    }

    @Test func theBestFitIsTaken() throws {
        let first = String(repeating: "ab", count: 16)
        let runs = [
            (first, "order-1"), ("abab" + String(repeating: "0", count: 28), "order-2"),
            ("cafe" + first.prefix(28), "abab"),
        ]
        #expect(try match(first, among: runs) == first)
        #expect(try match("ABABAB", among: runs) == first)
        #expect(try match("order-2", among: runs) == runs[1].0)
        // An id of the application's own goes before the beginning of others.
        #expect(try match("abab", among: runs) == runs[2].0)
        for (name, kind) in [
            ("caf", RunProblem.Kind.unknown), ("order", .unknown), ("", .unknown), ("cafeg", .unknown),
        ] {
            let problem = #expect(throws: RunProblem.self) { try match(name, among: runs) }
            #expect(problem?.kind == kind, "\(name)")
        }
        let two = Array(runs.prefix(2))
        let problem = #expect(throws: RunProblem.self) { try match("abab", among: two) }
        #expect(problem?.kind == .ambiguous && problem?.message.contains(first) == true)
    }

    @Test func manyThatFitAreCounted() {
        let runs = (0..<1_000).map { number in
            (run: "abcd" + String(repeating: "0", count: 25) + String(number + 100, radix: 16).suffix(3), key: "same")
        }
        let problem = #expect(throws: RunProblem.self) { try match("abcd", among: runs) }
        #expect(problem?.message.contains("1000 runs") == true && problem?.message.contains("990 more") == true)
        #expect(problem?.message.utf8.count ?? .max < 1_000)
    }

    @Test func textsInURLs() {
        for text in ["", "a b", "ü/?&=#%+", "\u{0}\u{1B}", "😀"] {
            #expect(PercentText.decode(PercentText.encode(text)) == text)
            #expect(PercentText.encode(text).utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
        }
        for wrong in ["%", "%4", "%4x", "%ff"] { #expect(PercentText.decode(wrong) == nil) }
    }

    @Test func textsAreShortened() {
        #expect("abc".shortened(to: 3) == "abc")
        #expect("abcd".shortened(to: 3) == "abc…")
        #expect("aüü".shortened(to: 4) == "aü…")
        // One character, many bytes.
        let zalgo = "a" + String(repeating: "\u{301}", count: 10_000)
        #expect(zalgo.count == 1 && zalgo.shortened(to: 100).utf8.count <= 103)
    }

    /// What the log says must be what memory says, whatever a run went through.
    @Test func memoryAndLogAgreeAtEachState() async throws {
        try await withRunsWorld { world, _ in
            try await world.populate()
            for report in world.coordinator.openRuns {
                let id = try #require(TraceID(report.run))
                let records = try await world.coordinator.history(of: id)
                guard report.records > 0 else {
                    #expect(records.isEmpty)
                    continue
                }
                let log = try #require(RecordedRun(records))
                #expect(RunDifferences.between(report, log) == [] && log.problems == [])
                #expect(log.key == report.id && log.deadLetters == report.deadLetters && log.error == report.error)
            }
        }
    }

    @Test func differencesAreNamed() async throws {
        try await withRunsWorld { world, _ in
            try await world.populate()
            var report = try #require(world.coordinator.openRuns.first { $0.id == RunsWorld.deadLetter })
            let id = try #require(TraceID(report.run))
            let records = try await world.coordinator.history(of: id)
            let log = try #require(RecordedRun(records))
            report.steps[1].state = "undone"
            report.state = "running"
            report.records = 2
            report.steps.removeLast()
            #expect(
                RunDifferences.between(report, log) == [
                    "state: running in memory, suspended in the log", "records: 2 in memory, 14 in the log",
                    "step charge, its state: undone in memory, stuck in the log",
                    "step ship: not in memory, undone in the log",
                ])
        }
    }

    @Test func aHistoryWithHolesIsToldOf() {
        func record(_ lsn: UInt64, _ entry: LogEntry) -> LogRecord {
            LogRecord(
                lsn: LSN(lsn), group: LSN(lsn), batch: LSN(lsn)...LSN(lsn), epoch: 1, time: lsn,
                run: TraceID(high: 1, low: 2), entry: entry)
        }
        let run = RecordedRun([
            record(5, LogEntry(.stepStarted, sequence: 1, name: "a", step: 0)),
            record(7, LogEntry(.stepFailed, sequence: 3, name: "a", step: 0, payload: [0xFF])),
        ])
        #expect(run?.problems.count == 4, "\(run?.problems ?? [])")
        #expect(run?.records == 4 && run?.lsn == 7 && run?.key == "")
        #expect(RecordedRun([]) == nil)
    }

    @Test func longHistoriesAreCutInTheMiddle() {
        let records = (0..<3_000).map { number in
            LogRecord(
                lsn: LSN(UInt64(number + 1)), group: .first, batch: .first...LSN(3_000), epoch: 1, time: 1,
                run: TraceID(high: 1, low: 2),
                entry: LogEntry(.note, sequence: UInt32(number), name: "n", payload: [UInt8](repeating: 0, count: 900)))
        }
        let detail = RunDetail(timeUnixNano: 1, memory: nil, history: records, dump: nil)
        #expect(detail.history.count == 1_000 && detail.historyLeftOut == 2_000)
        #expect(detail.history.first?.lsn == 1 && detail.history.last?.lsn == 3_000)
        #expect(detail.history[0].payloadBytes == 900 && detail.history[0].payload?.utf8.count ?? .max < 200)
    }

    @Test func coordinatorsAreNotKeptAlive() async throws {
        let attached = AttachedCoordinators()
        try await withRunsWorld { world, _ in
            attached.add(world.coordinator)
            attached.add(world.coordinator)
            #expect(attached.all.count == 1)
            attached.remove(world.coordinator)
            #expect(attached.all.isEmpty)
            attached.add(world.coordinator)
        }
        _ = try await eventually("the coordinator is gone") { attached.all.isEmpty ? true : nil }
    }
}
