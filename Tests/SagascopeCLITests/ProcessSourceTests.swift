import Foundation
import Glibc
import TaskInspection
import TestSupport
import Testing

@testable import SagascopeCLI

@Suite("sagascope tasks --pid")
struct ProcessSourceTests {
    /// Runs the fixture in a mode, with a folder of its own for dumps, while `body` asks it.
    private func withFixture(
        _ mode: String, _ body: (_ process: RunningFixture, _ dumps: URL) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let dumps = directory.appending(path: "dumps")
            let fixture = try await RunningFixture(mode, dumps: dumps)
            defer { fixture.kill() }
            try await body(fixture, dumps)
        }
    }

    private func ask(_ process: RunningFixture, _ more: String...) async throws -> ProcessOutput {
        try await sagascope(["tasks", "--pid", "\(process.id)"] + more)
    }

    @Test func answersAgainAndAgain() async throws {
        try await withFixture("answers") { process, dumps in
            for _ in 0..<3 {
                let output = try await ask(process, "--json")
                #expect(output.exitCode == 0, "\(output.errors)")
                let dump = try JSONDecoder().decode(TaskDump.self, from: Data(output.output))
                #expect(dump.process == ProcessIdentity(id: process.id, name: "fixture"))
                #expect(dump.tasks.map(\.id).sorted() == [3, 4])
            }
            let manager = FileManager.default
            let names = try manager.contentsOfDirectory(atPath: dumps.path).sorted()
            #expect(names == ["\(process.id).ready", "\(process.id).tasks.json"])
            for (path, mode) in [(dumps.path, 0o700), (dumps.appending(path: names[1]).path, 0o600)] {
                #expect(try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int == mode)
            }
            try await process.end()
            #expect(try manager.contentsOfDirectory(atPath: dumps.path).isEmpty)
        }
    }

    @Test func answersAfterItsFolderWasRemoved() async throws {
        try await withFixture("answers") { process, dumps in
            #expect(try await ask(process).exitCode == 0)
            try FileManager.default.removeItem(at: dumps)
            #expect(kill(process.id, SIGUSR2) == 0)
            let file = dumps.appending(path: "\(process.id).tasks.json")
            let dump = try await eventually("the process has written a dump") {
                try JSONDecoder().decode(TaskDump.self, from: Data(contentsOf: file))
            }
            #expect(dump.process.id == process.id)
            #expect(try await ask(process).exitCode == 0)
        }
    }

    /// The signal would end it.
    @Test(arguments: ["nothing", "has-its-own", "had-its-own"])
    func aProgramThatDoesNotAnswerIsNotSentASignal(mode: String) async throws {
        try await withFixture(mode) { process, _ in
            let output = try await ask(process)
            #expect(output.exitCode == 9)
            #expect(output.errors.contains("cannot be asked"))
            #expect(process.isRunning)
        }
    }

    /// A file that an earlier process of the same id left, or anybody wrote.
    @Test func aMarkerAloneIsNotBelieved() async throws {
        try await withFixture("nothing") { process, dumps in
            let directory = try DumpDirectory(path: dumps.path, owner: geteuid(), isCreated: true)
            let facts = try #require(ProcessFacts(of: process.id))
            for (startTime, reason) in [
                (facts.startTime - 1, "of an earlier process"), (facts.startTime, "does not catch SIGUSR2"),
            ] {
                try directory.write(
                    DumpFiles.markerText(startTime: startTime), to: DumpFiles.marker(of: process.id))
                let output = try await ask(process)
                #expect(output.exitCode == 9)
                #expect(output.errors.contains(reason))
                #expect(process.isRunning)
            }
        }
    }

    @Test func theHandlerThatWasThereStays() async throws {
        try await withFixture("had-its-own") { process, _ in
            #expect(process.output.contains("the program uses SIGUSR2 for something else"))
        }
        try await withFixture("twice") { process, _ in
            #expect(process.output.contains("SIGUSR2 is answered already"))
            let output = try await ask(process)
            #expect(output.exitCode == 0)
        }
    }

    @Test func noAnswerInTime() async throws {
        try await withFixture("says-nothing") { process, _ in
            let output = try await ask(process, "--timeout", "0.2")
            #expect(output.exitCode == 6)
            #expect(output.errors.contains("process \(process.id)"))
        }
    }

    @Test func aNewerDump() async throws {
        try await withFixture("newer") { process, _ in
            let output = try await ask(process)
            #expect(output.exitCode == 5)
        }
    }

    @Test func noSuchProcess() async throws {
        let output = try await sagascope(["tasks", "--pid", "\(Int32.max)"])
        #expect(output.exitCode == 7)
        #expect(output.errors == "sagascope: there is no process \(Int32.max).\n")
    }

    /// Root may ask anybody; whether root or not, a folder of somebody else's is not trusted.
    @Test func aFolderThatOthersCouldReadIsRefused() async throws {
        try await withFixture("answers") { process, dumps in
            #expect(chmod(dumps.path, 0o755) == 0)
            let output = try await ask(process)
            #expect(output.exitCode == 8)
            #expect(output.errors.contains("others may open it"))
        }
    }
}

@Suite struct DumpDirectoryTests {
    private func refusal(_ path: String, owner: uid_t = geteuid()) -> DumpDirectoryError? {
        do {
            _ = try DumpDirectory(path: path, owner: owner, isCreated: true)
            return nil
        } catch {
            return error
        }
    }

    @Test func refusesWhatAnotherCouldHaveMade() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "a").path
            #expect(refusal(path) == nil)
            #expect(refusal(path) == nil)
            #expect(refusal(path, owner: geteuid() + 1) == .unsafe(path, reason: "it belongs to user \(geteuid())"))
            let link = directory.appending(path: "link").path
            #expect(symlink(path, link) == 0)
            #expect(refusal(link) == .unsafe(link, reason: "it is a link or a file"))
            let file = directory.appending(path: "file").path
            try Data().write(to: URL(filePath: file))
            #expect(refusal(file) == .unsafe(file, reason: "it is a link or a file"))
            let deep = directory.appending(path: "b/c").path
            #expect(refusal(deep)?.isMissing == true)
        }
    }

    /// Neither through a link that stands in a file's place.
    @Test func writesAndReadsOnlyItsOwnFiles() async throws {
        try await withTemporaryDirectory { parent in
            let path = parent.appending(path: "a").path
            let directory = try DumpDirectory(path: path, owner: geteuid(), isCreated: true)
            let victim = parent.appending(path: "victim")
            try Data("mine".utf8).write(to: victim)
            #expect(symlink(victim.path, "\(path)/x") == 0)
            #expect(symlink(victim.path, "\(path)/.x.new") == 0)
            #expect(directory.read("x") == nil)
            try directory.write(Array("dump".utf8), to: "x")
            #expect(directory.read("x") == Array("dump".utf8))
            #expect(try Data(contentsOf: victim) == Data("mine".utf8))
            #expect(directory.names() == ["x"])
        }
    }

    @Test func isWhereTheEnvironmentSays() {
        for (environment, path) in [
            ([:], "/tmp/sagascope-5"), (["TMPDIR": ""], "/tmp/sagascope-5"), (["TMPDIR": "/var"], "/var/sagascope-5"),
            (["TMPDIR": "/var", "SAGASCOPE_DUMP_DIRECTORY": "/dumps"], "/dumps"),
        ] as [([String: String], String)] {
            #expect(DumpDirectory.path(environment: environment, user: 5) == path)
        }
    }

    @Test func factsOfThisProcess() throws {
        let facts = try #require(ProcessFacts(of: getpid()))
        #expect(facts.user == geteuid())
        #expect(facts.startTime > 0)
        #expect(!facts.catches(SIGKILL))
        #expect(ProcessFacts.environment(of: getpid())["PATH"] != nil)
        #expect(ProcessFacts(of: Int32.max) == nil)
    }
}
