import SagaLog
import Sagascope

/// The checkout: a saga written by hand, with telemetry around its parts.
///
/// Reserve the pieces; charge the card and book the parcel side by side; confirm; tell the customer. When a step fails
/// for good, everything that had begun is undone, newest first.
struct CheckoutSaga: Sendable {
    static let name = "checkout"

    let stock: StockClient
    let payment: PaymentClient
    let shipping: ShippingClient
    let mailbox: Mailbox
    let ledger: RunLedger
    let log: SagaLog
    let faults: FaultPlan

    func run(_ order: Order) async throws {
        try await withSaga(Self.name, id: order.id) {
            try await OrderJournal.keep(order, in: log) { journal in try await checkOut(order, journal) }
            SagaTask("notify", mayOutliveSaga: true) { await mailbox.send(order) }
            // Nobody said that this one may outlive the saga, so it is found as an orphan.
            if faults.leavesTask(behind: order) { Task(name: "survey") { await mailbox.survey(order) } }
        }
    }

    private func checkOut(_ order: Order, _ journal: OrderJournal) async throws {
        // Noted before it begins: a step whose answer was lost has to be undone as well.
        var begun: [Step] = []
        do {
            begun += [.reserveStock]
            try await attempt(.reserveStock, journal) { try await stock.reserve(order) }

            begun += [.chargeCard, .bookShipping]
            try await withSagaTaskGroup { group in
                group.addTask("charge-card") {
                    try await attempt(.chargeCard, journal) { try await payment.charge(order) }
                }
                group.addTask("book-shipping") {
                    try await attempt(.bookShipping, journal) { try await shipping.book(order) }
                }
            }

            try await attempt(.confirmSale, journal) { try await stock.confirm(order) }
        } catch {
            try await undo(begun, of: order, journal, because: error)
            throw error
        }
    }

    /// One span for each attempt. The pause between two attempts stays outside of them.
    private func attempt(_ step: Step, _ journal: OrderJournal, _ call: () async throws -> Void) async throws {
        try await RetryPolicy.step { attempt in
            try await withStep(step.rawValue, attempt: attempt) {
                try await journal.step(step, attempt: attempt) {
                    try await ledger.time(step, attempt: attempt, call)
                }
            }
        }
    }

    private func undo(
        _ begun: [Step], of order: Order, _ journal: OrderJournal, because error: any Error
    ) async throws {
        var stuck: [Step] = []
        // Whoever refused a step holds nothing for it.
        for step in begun.reversed() where !isRefusal(error, of: step) {
            do {
                try await withCompensation(step.rawValue, reason: "\(error)") {
                    try await journal.compensation(of: step) {
                        try await RetryPolicy.compensation { _ in try await undo(step, of: order) }
                    }
                }
                ledger.noteCompensation(of: step, for: order)
            } catch {
                stuck.append(step)
            }
        }
        if !stuck.isEmpty { throw CheckoutError.notUndone(stuck) }
    }

    private func undo(_ step: Step, of order: Order) async throws {
        switch step {
        case .reserveStock, .confirmSale: try await stock.release(order)
        case .chargeCard: try await payment.refund(order)
        case .bookShipping: try await shipping.cancel(order)
        }
    }

    private func isRefusal(_ error: any Error, of step: Step) -> Bool {
        guard case CheckoutError.refused(by: step.participant, _, _) = error else { return false }
        return true
    }
}
