import Foundation
import TaskInspection
import TestSupport
import Testing

/// What is left of the demo's failed sagas, as a user finds it: settings, files and tool together.
@Suite(.timeLimit(.minutes(10)))
struct FailureFilesTests {
    /// With the flight recorder on, its recording lies beside the tasks.
    @Test(arguments: ["on", "off"]) func theDemoLeavesWhatAFailedSagaDid(recorder: String) async throws {
        try await withTemporaryDirectory { folder in
            let files = folder.appending(path: "failures")
            try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
            _ = try await Demo.run(
                orders: 200,
                environment: ["SAGASCOPE_FLIGHT": recorder, "SAGASCOPE_FLIGHT_DIRECTORY": files.path], in: folder)
            let names = try FileManager.default.contentsOfDirectory(atPath: files.path).sorted()
            let tasks = try #require(names.first { $0.hasSuffix(".tasks.json") })
            #expect(tasks.contains("-checkout."))
            let trace = tasks.replacing(".tasks.json", with: ".perfetto-trace")
            #expect(names.contains(trace) == (recorder == "on"), "\(names)")
            let output = try await Tool(product: "sagascope").run([
                "tasks", "--json", "--file", files.appending(path: tasks).path,
            ])
            #expect(output.exitCode == 0, "\(output.errors)")
            let dump = try JSONDecoder().decode(TaskDump.self, from: Data(output.output))
            #expect(dump.failure?.saga == "checkout" && dump.failure?.errorType != nil)
            #expect(dump.tasks.contains { $0.saga?.run == dump.failure?.run })
        }
    }
}
