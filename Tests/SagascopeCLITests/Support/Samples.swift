import TaskInspection

enum Samples {
    static let stack = [
        StackFrame(address: 0x10, function: "swift_task_sleep", isSystem: true),
        StackFrame(address: 0x20, function: "Payment.charge(order:)", file: "/src/Payment.swift", line: 42),
        StackFrame(address: 0x30, function: "Checkout.run()", file: "/src/Checkout.swift", line: 7),
    ]

    static let dump = TaskDump(
        time: 3_661_000_000_000, process: ProcessIdentity(id: 7, name: "shop"),
        tiers: [TrackingTier(.executor, reasonOff: nil), TrackingTier(.hook, reasonOff: "in_use")],
        tasks: [
            LiveTask(
                id: 3, parent: 2, name: "notify", kind: .groupChild,
                saga: SagaMembership(saga: "checkout", run: "ab", step: "charge", isOrphan: true), state: .blocked,
                stateAge: 3_200_000_000, age: 5_000_000_000, ready: 15_000, busy: 340_000_000, blocked: 4_650_000_000,
                runs: 5, priority: 21, isCancelled: true, waitsFor: WaitTarget(.task, tasks: [4]), stack: 1,
                warnings: ["orphan"]),
            LiveTask(
                id: 4, saga: SagaMembership(saga: "checkout", run: "ab", step: "charge"), state: .blocked,
                stateAge: 1_000_000_000, age: 9_000_000_000, busy: 1_000, blocked: 1_000_000_000, runs: 9,
                waitsFor: WaitTarget(.group, tasks: [3, 5, 6, 7]), stack: 1),
            LiveTask(
                id: 5, saga: SagaMembership(saga: "refund", run: "cd"), state: .ready, age: 2_000_000_000,
                ready: 900_000_000, runs: 1),
            LiveTask(id: 6, state: .running, age: 1_000_000_000, busy: 800_000_000, runs: 2),
        ],
        stacks: [[StackFrame(address: 0, function: "unused")], stack], cycles: [[3, 4]])
}
