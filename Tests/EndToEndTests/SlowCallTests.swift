import Foundation
import TaskInspection
import TestSupport
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// What the tools show of the demo's seeded faults while they happen.
@Suite(.timeLimit(.minutes(5)))
struct SlowCallTests {
    @Test func aHangingCallShowsWhoWaitsForIt() async throws {
        try await withTemporaryDirectory { folder in
            let port = try freePort()
            let (env, prefix) = try Demo.tool([:]).command
            // Slow enough that some call hangs most of the time.
            let arguments = Demo.arguments(orders: 3000, seed: 1, folder: folder)
            let demo = try RunningProcess(
                env, prefix + arguments + ["--engine", "handwritten", "--rate", "100", "--metrics-port", "\(port)"],
                files: folder)
            let tool = try Tool(product: "sagascope")
            let shown = try await eventually("sagascope tasks shows a call that hangs", timeLimit: .seconds(120)) {
                let output = try await tool.run(["tasks", "--json", "--address", "http://127.0.0.1:\(port)"])
                return try hangingCharge(in: Data(output.output))
            }
            expectWaiting(shown)
            let served = try await eventually("/debug/tasks shows it", timeLimit: .seconds(120)) {
                () async throws -> Hanging? in
                guard let url = URL(string: "http://127.0.0.1:\(port)/debug/tasks") else { return nil }
                return try hangingCharge(in: try await URLSession.shared.data(from: url).0)
            }
            expectWaiting(served)
            await demo.stop()
        }
    }

    private struct Hanging: Sendable {
        let task: LiveTask
        let stack: [StackFrame]
    }

    /// A charge whose answer has not come for far longer than it takes.
    private func hangingCharge(in dump: Data) throws -> Hanging? {
        let dump = try JSONDecoder().decode(TaskDump.self, from: dump)
        let task = dump.tasks.first {
            $0.saga?.step == "charge-card" && $0.stateAge > 300_000_000 && $0.state == .blocked && $0.stack != nil
        }
        guard let task, let stack = task.stack else { return nil }
        return Hanging(task: task, stack: dump.stacks[stack])
    }

    private func expectWaiting(_ hanging: Hanging) {
        #expect(hanging.task.saga?.saga == "checkout" && hanging.task.kind == .groupChild)
        #expect(hanging.task.waitsFor?.kind == .continuation)
        // The orchestrator's own functions, with their places.
        let own = hanging.stack.filter { $0.function?.contains("checkout.CheckoutSaga") == true }
        #expect(own.contains { $0.function?.contains("attempt") == true }, "\(hanging.stack)")
        #expect(own.contains { $0.file?.hasSuffix("CheckoutSaga.swift") == true && $0.line != nil }, "\(hanging.stack)")
    }

    @Test func aTaskThatIsLeftBehindIsFound() async throws {
        try await withTemporaryDirectory { folder in
            let demo = try await Demo.run(orders: 400, seed: 1, in: folder)
            #expect(demo.output.exitCode == 0, "\(demo.output.text)")
            let telemetry = try demo.telemetry
            let left = telemetry.spans(named: "task survey")
            #expect(!left.isEmpty)
            let orphaned = telemetry.logs(named: "saga.task.orphaned")
            let names = orphaned.map { $0["saga.task.name"] }
            #expect(names.contains(.string("survey")), "none of \(left.count) was found")
            // What is meant to go on is none.
            #expect(!names.contains(.string("notify")))
        }
    }
}
