import Foundation
import TaskInspection
import TestSupport
import Testing

/// The library for `LD_PRELOAD`, in programs that know nothing of it.
struct AgentTests {
    private static func agent() throws -> String {
        try Tool(product: "libSagascopeAgent.so").url.path
    }

    @Test func anUnmodifiedProgramTellsItsTasks() async throws {
        try await withTemporaryDirectory { folder in
            let dumps = folder.appending(path: "dumps")
            // `env` becomes the program.
            let process = try RunningProcess(
                Tool("env"),
                [
                    "LD_PRELOAD=\(try Self.agent())", "SAGASCOPE_DUMP_DIRECTORY=\(dumps.path)",
                    try Tool(product: "agent-fixture").url.path,
                ], files: folder)
            defer { process.kill() }
            let id = process.id
            _ = try await eventually("the agent answers") {
                FileManager.default.fileExists(atPath: dumps.appending(path: DumpFiles.marker(of: id)).path)
                    && ProcessFacts(of: id)?.catches(SIGUSR2) == true ? true : nil
            }
            let dump = try await eventually("the tasks wait") {
                kill(id, SIGUSR2)
                let json = try Data(contentsOf: dumps.appending(path: DumpFiles.tasks(of: id)))
                let dump = try JSONDecoder().decode(TaskDump.self, from: json)
                let kinds = Set(dump.tasks.compactMap(\.waitsFor?.kind))
                return kinds.isSuperset(of: [.timer, .continuation]) ? dump : nil
            }
            #expect(dump.process == ProcessIdentity(id: id, name: "agent-fixture"))
            #expect(process.errors.isEmpty)
            func top(_ task: LiveTask?) -> String? { task?.stack.flatMap { dump.stacks[$0].topUserFrame?.function } }
            let sleeper = dump.tasks.first { $0.name == "night shift" }
            #expect(sleeper?.waitsFor?.kind == .timer && top(sleeper)?.contains("watches") == true)
            let child = dump.tasks.first { $0.kind == .asyncLet }
            #expect(child?.waitsFor?.kind == .continuation && top(child)?.contains("waitsForever") == true)
        }
    }

    /// One line tells that nothing happens; those that the program starts do not repeat it.
    @Test func otherProgramsAreLeftAlone() async throws {
        let script = "echo fine; echo also | /bin/cat; /bin/true; exit 3"
        let ended = try await Tool("env").run(["LD_PRELOAD=\(try Self.agent())", "/bin/sh", "-c", script])
        #expect(ended.exitCode == 3)
        #expect(String(decoding: ended.output, as: UTF8.self) == "fine\nalso\n")
        let lines = ended.errors.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains("libswift_Concurrency.so"), "\(ended.errors)")
    }
}
