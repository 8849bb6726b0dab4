import Foundation
import SagaTelemetry
import TestSupport
import Testing

@testable import SagaLog

/// `sagascope log` and `sagascope runs`, run as the built tool.
@Suite struct LogToolTests {
    private static func sagascope(_ arguments: String...) async throws -> ProcessOutput {
        try await Tool(product: "sagascope").run(arguments, timeLimit: .seconds(120))
    }

    private static func lines(_ output: ProcessOutput) throws -> [JSONValue] {
        try String(decoding: output.output, as: UTF8.self).split(separator: "\n").map {
            try JSONValue.parse(String($0))
        }
    }

    private static func json(_ output: ProcessOutput) throws -> JSONValue {
        try JSONValue.parse(String(decoding: output.output, as: UTF8.self))
    }

    private static var torn: LogFixture {
        var log = LogFixture.sample
        log.segments[2].bytes[log.records[log.records.count - 1].bytes.lowerBound + 60] ^= 1
        return log
    }

    private static var corrupt: LogFixture {
        var log = LogFixture.sample
        log.segments[1].bytes[log.record(15).bytes.lowerBound + 60] ^= 1
        return log
    }

    @Test func verifyTellsWhatALogIs() async throws {
        let cases: [(log: LogFixture, code: Int32, condition: String, words: String)] = [
            (.sample, 0, "sound", "sound\n"), (Self.torn, 1, "torn", "torn: the last sync was cut short"),
            (Self.corrupt, 2, "corrupt", "record 15 cannot be read"),
        ]
        for (log, code, condition, words) in cases {
            try await withTemporaryDirectory { directory in
                try log.write(to: directory)
                let text = try await Self.sagascope("log", "verify", directory.path)
                #expect(text.exitCode == code && text.text.contains(words), "\(text.text)")
                #expect(text.text.contains("3 segments"))
                let json = try await Self.sagascope("log", "verify", "--json", directory.path, "--from-disk")
                #expect(json.exitCode == code)
                let report = try Self.json(json)
                #expect(report["condition"] == .string(condition))
                #expect(report["segments"]?.count == 3 && report["directory"] == .string(directory.path))
                if code == 1 { #expect(report["torn"]?["file"] == .string(log.segments[2].name)) }
                if code == 2 {
                    let damage = report["damages"]?[0]
                    #expect(damage?["kind"] == .string("crc") && damage?["first"] == .number(15))
                    #expect(damage?["last"] == .number(15) && damage?["file"] == .string(log.segments[1].name))
                    #expect(damage?["offset"] == .number(Double(log.record(15).bytes.lowerBound)))
                }
            }
        }
    }

    @Test func listNamesSegmentsAndSnapshots() async throws {
        try await withTemporaryDirectory { directory in
            let log = LogFixture.sample
            try log.write(to: directory)
            try Data([1]).write(to: directory.appending(path: LogFiles.snapshot(LSN(9))))
            let text = try await Self.sagascope("log", "ls", directory.path)
            // One byte is no snapshot.
            #expect(text.exitCode == 2)
            for name in log.segments.map(\.name) + [LogFiles.snapshot(LSN(9)), "FIRST", "16 KiB"] {
                #expect(text.text.contains(name), "\(text.text)")
            }
            let report = try Self.json(try await Self.sagascope("log", "ls", directory.path, "--json"))
            #expect(report["segments"]?[1]?["first"] == .number(14) && report["segments"]?[1]?["last"] == .number(26))
            #expect(report["snapshots"]?[0]?["lsn"] == .number(9))
        }
    }

    @Test func showChoosesRecords() async throws {
        try await withTemporaryDirectory { directory in
            try LogFixture.sample.write(to: directory)
            let run = "0000000000000007\("0000000000000001")"
            let some = try await Self.sagascope(
                "log", "show", directory.path, "--from", "5", "--to", "20", "--run", run, "--limit", "3", "--json")
            #expect(some.exitCode == 0, "\(some.text)")
            let records = try Self.lines(some)
            #expect(records.map { $0["lsn"] } == [.number(7), .number(10), .number(13)])
            #expect(records[0]["kind"] == .string("step_started") && records[0]["name"] == .string("step 7"))
            #expect(records[0]["payload"] == nil && records[0]["run"] == .string(run))
            let all = try await Self.sagascope("log", "show", directory.path, "--payload", "--json")
            #expect(try Self.lines(all).count == Int(LogFixture.sample.last))
            #expect(try Self.lines(all).allSatisfy { $0["payload"] != nil })
            let none = try await Self.sagascope("log", "show", directory.path, "--kind", "run_closed")
            #expect(none.exitCode == 0 && none.output.isEmpty)
        }
    }

    @Test func showNamesWhatCannotBeRead() async throws {
        try await withTemporaryDirectory { directory in
            try Self.corrupt.write(to: directory)
            let shown = try await Self.sagascope("log", "show", directory.path)
            #expect(shown.exitCode == 2 && shown.text.contains("-- 15 to 15 cannot be read --"), "\(shown.text)")
            #expect(shown.errors.contains("crc in 0000000000000002.segment"))
            let lines = String(decoding: shown.output, as: UTF8.self).split(separator: "\n")
            #expect(lines.count == Int(LogFixture.sample.last))
        }
    }

    @Test func tailShowsTheEndAndFollows() async throws {
        try await withTemporaryDirectory { directory in
            var log = LogFixture.sample
            try log.write(to: directory)
            let last = try await Self.sagascope("log", "tail", "-n", "2", directory.path, "--json")
            #expect(
                try Self.lines(last).map { $0["lsn"] } == [.number(Double(log.last - 1)), .number(Double(log.last))])

            try await withTemporaryDirectory { files in
                let tool = try Tool(product: "sagascope")
                let process = try RunningProcess(
                    tool, ["log", "tail", "-f", "-n", "1", "--interval", "0.01", directory.path], files: files)
                defer { process.kill() }
                func seen(_ name: String) async throws {
                    _ = try await eventually("\(name) is shown") {
                        let text = try? String(contentsOf: files.appending(path: "stdout"), encoding: .utf8)
                        return text?.contains(name + "\n") == true || text?.contains(name + "  ") == true ? true : nil
                    }
                }
                try await seen("step \(log.last)")
                log.group(1, 2)
                try log.write(to: directory)
                try await seen("step \(log.last)")
                log.beginSegment()
                log.group(1)
                try log.write(to: directory)
                try await seen("step \(log.last)")
            }
        }
    }

    @Test func salvageSaysWhatIsKeptAndLost() async throws {
        try await withTemporaryDirectory { directory in
            let (source, target) = (directory.appending(path: "log"), directory.appending(path: "saved"))
            try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
            try Self.corrupt.write(to: source)
            let saved = try await Self.sagascope("log", "salvage", source.path, target.path, "--json")
            #expect(saved.exitCode == 2, "\(saved.text)")
            let report = try Self.json(saved)
            #expect(report["log"]?["last"] == .number(14) && report["damages"]?[0]?["first"] == .number(15))
            #expect(report["after"]?[0]?["directory"] == .string("after-0000000000000010"))
            #expect(try await Self.sagascope("log", "verify", target.path).exitCode == 0)
            let after = try await Self.sagascope("log", "show", target.path + "/after-0000000000000010")
            #expect(after.exitCode == 0 && after.text.hasPrefix("16  "), "\(after.text)")
            let again = try await Self.sagascope("log", "salvage", source.path, target.path)
            #expect(again.exitCode == 3 && again.errors.contains("not empty"), "\(again.text)")
        }
    }

    /// As on a full disk: what was begun is not left behind.
    @Test func salvageWithoutRoomLeavesNothing() async throws {
        try await withTemporaryDirectory { directory in
            let (source, target) = (directory.appending(path: "log"), directory.appending(path: "saved"))
            try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
            try LogFixture.sample.write(to: source)
            let program = try Tool(product: "sagascope").url.path
            let script = "trap '' XFSZ; ulimit -f 8; exec \"$@\""
            let saved = try await Tool("bash").run(
                ["-c", script, "bash", program, "log", "salvage", source.path, target.path])
            #expect(saved.exitCode == 3 && saved.errors.contains("File too large"), "\(saved.text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["log"])
        }
    }

    @Test func whatIsNoLogIsSaidToBeNone() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "file")
            try Data().write(to: file)
            let empty = directory.appending(path: "empty")
            try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
            let unreadable = directory.appending(path: "unreadable")
            try FileManager.default.createDirectory(
                at: unreadable.appending(path: LogFiles.segment(1)), withIntermediateDirectories: true)
            for place in [directory.path + "/no", file.path, empty.path, unreadable.path] {
                for command in [["verify"], ["ls"], ["show"], ["tail"]] {
                    let said = try await Tool(product: "sagascope").run(["log"] + command + [place])
                    #expect(said.exitCode == 3 && said.errors.contains(place), "\(command) \(place): \(said.text)")
                }
                let runs = try await Self.sagascope("runs", place)
                #expect(runs.exitCode == 3 && runs.errors.contains(place), "\(runs.text)")
            }
        }
    }

    @Test func aWrongArgumentIsNamed() async throws {
        let cases = [
            (["log", "show", "x", "--from", "0"], "--from is 0"),
            (["log", "show", "x", "--limit", "0"], "--limit is 0"),
            (["log", "show", "x", "--from", "5", "--to", "4"], "--to is 4"),
            (["log", "show", "x", "--run", "7"], "--run is 7"),
            (["log", "show", "x", "--kind", "step"], "step_committed"),
            (["log", "tail", "x", "--interval", "0"], "--interval"),
            (["log", "salvage", "x"], "out"), (["runs", "x", "--state", "asleep"], "asleep"),
            (["log", "verify"], "directory"),
        ]
        for (arguments, named) in cases {
            let said = try await Tool(product: "sagascope").run(arguments)
            #expect(said.exitCode == 64 && said.errors.contains(named), "\(arguments): \(said.text)")
        }
    }

    @Test func runsShowsTheViewTheStalestFirst() async throws {
        try await withTemporaryDirectory { directory in
            let view = try MappedView(directory: directory.path, log: 0xABC, epoch: 1, capacity: 8)
            for (run, state, changed) in [(1, RunState.running, 3_000), (2, .compensating, 1_000)]
                as [(UInt64, RunState, UInt64)]
            {
                let status = RunStatus(
                    run: TraceID(high: 0, low: run), saga: "checkout", state: state, step: "pay", attempt: 2,
                    lsn: LSN(run), sequence: 4, epoch: 1, started: 500, changed: changed)
                _ = try #require(view.restore(status))
            }
            view.publish(durable: LSN(40), mapped: LSN(40))
            try view.appear()
            let text = try await Self.sagascope("runs", directory.path)
            #expect(text.exitCode == 0, "\(text.text)")
            let process = ProcessInfo.processInfo.processIdentifier
            #expect(
                text.text.contains("2 open runs, durable up to LSN 40, written by process \(process)"), "\(text.text)")
            let json = try Self.json(try await Self.sagascope("runs", directory.path, "--json"))
            #expect(
                json["runs"]?[0]?["state"] == .string("compensating") && json["runs"]?[0]?["step"] == .string("pay"))
            #expect(json["writer"] == .string("alive") && json["durable"] == .number(40))
            let some = try Self.json(try await Self.sagascope("runs", directory.path, "--json", "--state", "running"))
            #expect(some["runs"]?.count == 1)
            view.close()
            #expect(try await Self.sagascope("runs", directory.path).text.contains(", closed"))
        }
    }

    /// The end of a log that is being written is not yet there: that is no fault.
    @Test func aLogThatIsBeingWrittenIsNotTorn() async throws {
        try await withTemporaryDirectory { directory in
            let log = Self.torn
            try log.write(to: directory)
            let view = try MappedView(directory: directory.path, log: log.log, epoch: 1, capacity: 8)
            view.publish(durable: LSN(30), mapped: LSN(30))
            try view.appear()
            let verified = try await Self.sagascope("log", "verify", directory.path)
            #expect(verified.exitCode == 0 && verified.text.contains("is writing"), "\(verified.text)")
            let tail = try await Self.sagascope("log", "tail", directory.path, "-n", "1")
            #expect(tail.text.hasPrefix("30  "), "\(tail.text)")
            view.publish(durable: LSN(log.last), mapped: LSN(log.last))
            let corrupt = try await Self.sagascope("log", "verify", directory.path)
            #expect(corrupt.exitCode == 2 && corrupt.text.contains("corrupt: crc"), "\(corrupt.text)")
        }
    }
}
