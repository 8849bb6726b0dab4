import Foundation
import SagaInstrumentation
import SagaTasks
import SagaTelemetry
import TaskInspection
import TestSupport
import Testing

/// What is written of a saga that fails: its tasks as they were when the error arose, whatever became of them until its end.
@Suite(.flightRecorderAlone)
struct FailureFilesTests {
    private struct Declined: SagaError {
        let sagaResult = SagaResult.failure
        let errorType = "Declined"
    }

    private func withFiles(_ body: @Sendable (URL) async throws -> Void) async throws {
        try await withTemporaryDirectory { folder in
            try await withTaskTracking(.on) {
                FailureFiles.keep(in: folder.path)
                defer { FailureFiles.keep(in: nil) }
                try await body(folder)
            }
        }
    }

    private func names(_ folder: URL, _ end: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { !$0.hasPrefix(".") && $0.hasSuffix(end) }.sorted()
    }

    private func dump(in folder: URL) async throws -> TaskDump {
        let name = try await eventually("a dump is written") { try names(folder, ".tasks.json").first }
        return try JSONDecoder().decode(TaskDump.self, from: Data(contentsOf: folder.appending(path: name)))
    }

    private func waitsForStock(_ stream: AsyncStream<Void>) async { for await _ in stream {} }

    /// One step fails while another waits, which is cancelled and gone before the saga has failed.
    private func fail(_ saga: String) async {
        let (stream, end) = AsyncStream.makeStream(of: Void.self)
        await #expect(throws: Declined.self) {
            try await withSaga(saga) {
                try await withSagaTaskGroup { group in
                    group.addStep("reserve") { await waitsForStock(stream) }
                    group.addStep("charge") {
                        _ = try await eventually("the other step waits") {
                            TaskInspector.dump().tasks.contains {
                                $0.saga?.saga == saga && $0.saga?.step == "reserve"
                                    && $0.waitsFor?.kind == .continuation
                            } ? true : nil
                        }
                        throw Declined()
                    }
                    try await group.waitForAll()
                }
            }
        }
        end.finish()
    }

    @Test func theTasksAreThoseOfTheMomentOfTheError() async throws {
        try await withFiles { folder in
            await fail("fails-while-waiting")
            let dump = try await dump(in: folder)
            #expect(dump.failure?.saga == "fails-while-waiting" && dump.failure?.step == "charge")
            #expect(dump.failure?.errorType == "Declined" && dump.failure?.result == "failure")
            #expect(dump.failure?.leftOut == 0)
            #expect(dump.tasks.count == 3 && dump.tasks.allSatisfy { $0.saga?.run == dump.failure?.run })
            let waiting = dump.tasks.first { $0.saga?.step == "reserve" }
            #expect(waiting?.state == .blocked && waiting?.waitsFor?.kind == .continuation)
            #expect(waiting?.saga?.isOrphan == false)
            let stack = waiting?.stack.map { dump.stacks[$0] } ?? []
            #expect(stack.contains { $0.function?.contains("waitsForStock") == true })
            #expect(dump.tasks.contains { $0.waitsFor?.kind == .group })
            #expect(try names(folder, ".perfetto-trace").isEmpty, "the recorder is off")
        }
    }

    @Test func theRecordingLiesBesideTheDump() async throws {
        try await withFiles { folder in
            try FlightRecorder.shared.start()
            defer { FlightRecorder.shared.stop() }
            await fail("fails-recorded")
            let trace = try await eventually("a recording is written") { try names(folder, ".perfetto-trace").first }
            let tasks = try #require(try names(folder, ".tasks.json").first)
            #expect(trace.dropLast(".perfetto-trace".count) == tasks.dropLast(".tasks.json".count))
            #expect(tasks.contains("fails-recorded"))
        }
    }

    /// The one the saga ends by, though an earlier one was looked at too; and nothing of a saga that succeeds all the same.
    @Test func anErrorThatIsSurvivedIsNotWritten() async throws {
        try await withFiles { folder in
            await withSaga("survives") { try? await withStep("first") { throw Declined() } }
            FailureFiles.keep(in: folder.path)
            await #expect(throws: Declined.self) { try await withSaga("ends-outside") { throw Declined() } }
            let dump = try await dump(in: folder)
            #expect(dump.failure?.saga == "ends-outside" && dump.failure?.step == nil)
            #expect(dump.tasks.count == 1 && dump.tasks.first?.state == .running)
            #expect(try names(folder, ".tasks.json").count == 1)
        }
    }

    @Test func aTaskOutsideThatIsWaitedForIsThere() async throws {
        try await withFiles { folder in
            let (stream, end) = AsyncStream.makeStream(of: Void.self)
            let outside = Task.detached(name: "warehouse") { await waitsForStock(stream) }
            await #expect(throws: Declined.self) {
                try await withSaga("waits-outside") {
                    async let waiting: Void = outside.value
                    _ = try await eventually("it waits") {
                        TaskInspector.dump().tasks.contains {
                            $0.saga?.saga == "waits-outside" && $0.waitsFor?.kind == .task
                        }
                            ? true : nil
                    }
                    defer { end.finish() }
                    try await withStep("charge") { throw Declined() }
                    await waiting
                }
            }
            let dump = try await dump(in: folder)
            let warehouse = try #require(dump.tasks.first { $0.name == "warehouse" })
            #expect(warehouse.saga == nil)
            #expect(dump.tasks.contains { $0.saga != nil && $0.waitsFor?.tasks == [warehouse.id] })
        }
    }
}
