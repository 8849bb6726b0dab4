import Foundation
import TaskInspection
import TestSupport
import Testing

/// `sagascope tasks` against a program as a user runs it: bootstrap, settings, service and tool together.
struct TasksToolTests {
    @Test func seesTheDemoByAddressAndByProcess() async throws {
        try await withTemporaryDirectory { folder in
            let settings = [
                "SAGASCOPE_ADMIN_TOKEN": "s3cret", "SAGASCOPE_DUMP_DIRECTORY": folder.appending(path: "dumps").path,
            ]
            let (env, prefix) = try Demo.tool(settings).command
            let demo = try RunningProcess(
                env, prefix + Demo.arguments(orders: 5, seed: 2, folder: folder) + ["--hold"], files: folder)
            let summary = try await eventually("the demo holds", timeLimit: .seconds(240)) {
                try Demo.readSummary(folder)
            }
            let address = try #require(summary.adminAddress)
            let tool = [
                "-u", "SAGASCOPE_ADMIN_TOKEN", try Tool(product: "sagascope").url.path, "tasks", "--json", "--timeout",
                "60",
            ]
            for place in [["--address", address, "--token", "s3cret"], ["--pid", "\(demo.id)"]] {
                let output = try await env.run(tool + place)
                #expect(output.exitCode == 0, "\(output.errors)")
                let dump = try JSONDecoder().decode(TaskDump.self, from: Data(output.output))
                #expect(dump.process == ProcessIdentity(id: demo.id, name: "checkout"))
            }
            let stranger = try await env.run(tool + ["--address", address])
            #expect(stranger.exitCode == 4)
            await demo.stop()
            #expect(try await demo.exitCode == 0)
        }
    }
}
