import Sagascope

/// Tells customers that their order is on its way. Stands for a mail service: it takes a moment, and nobody waits for it.
struct Mailbox: Sendable {
    /// Is called in the order's run.
    func tell(_ order: Order, forgetting faults: FaultPlan) {
        SagaTask("notify", mayOutliveSaga: true) { await send(order) }
        // Nobody said that this one may outlive the saga, so it is found as an orphan.
        if faults.leavesTask(behind: order) { Task(name: "survey") { await survey(order) } }
    }

    private func send(_ order: Order) async {
        try? await Task.sleep(for: .milliseconds(15))
    }

    /// Asks the customer how it was, a while later.
    private func survey(_ order: Order) async {
        try? await Task.sleep(for: .milliseconds(1_200))
    }
}
