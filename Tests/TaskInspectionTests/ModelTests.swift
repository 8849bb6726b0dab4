import Foundation
import TaskInspection
import Testing

struct ModelTests {
    @Test func aDumpReadsBackAsItWasWritten() throws {
        let dump = TaskDump(
            time: 1, process: ProcessIdentity(id: 7, name: "shop"),
            tiers: [TrackingTier(.executor, reasonOff: nil), TrackingTier(.layout, reasonOff: "self_test")],
            tasks: [
                LiveTask(
                    id: 3, parent: 2, name: "notify", kind: .groupChild,
                    saga: SagaMembership(saga: "checkout", run: "ab", step: "charge", isOrphan: true), state: .blocked,
                    stateAge: 5, waitsFor: WaitTarget(.task, tasks: [4]), stack: 0, warnings: ["orphan"])
            ],
            stacks: [
                [StackFrame(address: 4096, function: "f()", module: "shop", offset: 96, file: "f.swift", line: 3)]
            ],
            cycles: [[3, 4]])
        let data = try JSONEncoder().encode(dump)
        #expect(try JSONDecoder().decode(TaskDump.self, from: data) == dump)
    }
}
