import Foundation
import TaskInspection
import TestSupport
import Testing

@Suite("sagascope tasks --file")
struct FileSourceTests {
    @Test func showsWhatFailed() async throws {
        try await withTemporaryDirectory { folder in
            var dump = Samples.dump
            dump.failure = SagaFailure(
                saga: "checkout", run: "ab", step: "charge", errorType: "Declined", message: "no\u{1b}[2J money",
                result: "failure", leftOut: 3)
            let file = folder.appending(path: "x.tasks.json")
            try Data(TaskDumpFormat.json.render(dump)).write(to: file)
            let output = try await sagascope(["tasks", "--file", file.path])
            #expect(output.exitCode == 0, "\(output.errors)")
            for part in ["FAILED", "saga checkout, run ab: failure", "in step charge", "Declined: no", "3 more"] {
                #expect(output.text.contains(part), "\(part)")
            }
            #expect(!output.output.contains(0x1B))
            let json = try await sagascope(["tasks", "--json", "--file", file.path])
            #expect(try JSONDecoder().decode(TaskDump.self, from: Data(json.output)).failure == dump.failure)
        }
    }

    @Test func saysWhatIsWrongWithTheFile() async throws {
        try await withTemporaryDirectory { folder in
            let missing = try await sagascope(["tasks", "--file", folder.path + "/none"])
            #expect(missing.exitCode == 12 && missing.errors.contains("No such file"))
            let other = folder.appending(path: "other")
            try Data("x".utf8).write(to: other)
            let noDump = try await sagascope(["tasks", "--file", other.path])
            #expect(noDump.exitCode == 5 && noDump.errors.contains(other.path))
        }
    }
}
