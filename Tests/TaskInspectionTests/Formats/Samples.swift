import TaskInspection

/// Dumps that show everything a format has to write.
enum Samples {
    static let charge = [
        StackFrame(address: 0x10, function: "swift_task_sleep", module: "libswift_Concurrency.so", isSystem: true),
        StackFrame(
            address: 0x20, function: "Payment.charge(order:)", module: "shop", offset: 0x1f,
            file: "/src/shop/Payment.swift", line: 42),
        StackFrame(address: 0x30, module: "shop", offset: 0x2f),
    ]

    /// Every optional member is set in one task, none in another.
    static let full = TaskDump(
        time: 1_764_000_000_123_000_000, process: ProcessIdentity(id: 7, name: "shop"),
        tiers: [TrackingTier(.executor, reasonOff: nil), TrackingTier(.layout, reasonOff: "self_test")],
        untracked: 17,
        tasks: [
            LiveTask(
                id: 3, parent: 2, name: "notify", kind: .groupChild,
                saga: SagaMembership(saga: "checkout", run: "ab", step: "charge", isOrphan: true), state: .blocked,
                stateAge: 3_200_000_000, age: 5_000_000_000, ready: 15_000, busy: 340_000_000, blocked: 4_650_000_000,
                runs: 5, priority: 21, isCancelled: true, waitsFor: WaitTarget(.task, tasks: [4], executor: "Mailbox"),
                stack: 0, warnings: ["orphan"]),
            LiveTask(
                id: 4, saga: SagaMembership(saga: "checkout", run: "ab", step: "charge"), state: .blocked,
                waitsFor: WaitTarget(.group, tasks: [3, 5, 6, 7]), stack: 0),
            LiveTask(id: 5, state: .running),
        ],
        stacks: [charge], cycles: [[3, 4]],
        failure: SagaFailure(
            saga: "checkout", run: "ab", step: "charge", errorType: "Declined", message: "no money", result: "failure",
            leftOut: 3))
}
