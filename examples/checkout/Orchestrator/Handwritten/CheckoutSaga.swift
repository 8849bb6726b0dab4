import SagaLog
import SagaParticipant
import Sagascope

/// The checkout: a saga written by hand, with telemetry around its parts.
///
/// Reserve the pieces; charge the card and book the parcel side by side; confirm; tell the customer. When a step fails
/// for good, everything that had begun is undone, newest first.
struct CheckoutSaga: CheckoutEngine {
    static let name = "checkout"

    let clients: ParticipantClients
    let mailbox: Mailbox
    let ledger: RunLedger
    let log: SagaLog
    let faults: FaultPlan

    func end(of order: Order) async -> RunEnd {
        do {
            try await run(order)
            return RunEnd(.success)
        } catch {
            return RunEnd(error, wasUndone: ledger.hasCompensated(order))
        }
    }

    private func run(_ order: Order) async throws {
        try await withSaga(Self.name, id: order.id) {
            try await OrderJournal.keep(order, in: log) { journal in try await checkOut(order, journal) }
            mailbox.tell(order, forgetting: faults)
        }
    }

    private func checkOut(_ order: Order, _ journal: OrderJournal) async throws {
        // Noted before it begins: a step whose answer was lost has to be undone as well.
        var begun: [CheckoutStep] = []
        do {
            begun += [.reserveStock]
            try await attempt(.reserveStock, journal) {
                try await clients.stock.reserve(order, .of(order, .reserveStock, .action))
            }

            begun += [.chargeCard, .bookShipping]
            try await withSagaTaskGroup { group in
                group.addTask("charge-card") {
                    try await attempt(.chargeCard, journal) {
                        try await clients.payment.charge(order, .of(order, .chargeCard, .action))
                    }
                }
                group.addTask("book-shipping") {
                    try await attempt(.bookShipping, journal) {
                        try await clients.shipping.book(order, .of(order, .bookShipping, .action))
                    }
                }
            }

            try await attempt(.confirmSale, journal) {
                try await clients.stock.confirm(order, .of(order, .confirmSale, .action))
            }
        } catch {
            try await undo(begun, of: order, journal, because: error)
            throw error
        }
    }

    /// One span for each attempt. The pause between two attempts stays outside of them.
    private func attempt(_ step: CheckoutStep, _ journal: OrderJournal, _ call: () async throws -> Void) async throws {
        try await HandwrittenRetry.step { attempt in
            try await withStep(step.rawValue, attempt: attempt) {
                try await journal.step(step, attempt: attempt) {
                    try await ledger.time(step, attempt: attempt, call)
                }
            }
        }
    }

    private func undo(
        _ begun: [CheckoutStep], of order: Order, _ journal: OrderJournal, because error: any Error
    ) async throws {
        var stuck: [CheckoutStep] = []
        // Whoever refused a step holds nothing for it.
        for step in begun.reversed() where !isRefusal(error, of: step) {
            do {
                try await withCompensation(step.rawValue, reason: "\(error)") {
                    try await journal.compensation(of: step) {
                        try await HandwrittenRetry.compensation { _ in try await undo(step, of: order) }
                    }
                }
                ledger.noteCompensation(of: step, for: order)
            } catch {
                stuck.append(step)
            }
        }
        if !stuck.isEmpty { throw CheckoutError.notUndone(stuck) }
    }

    private func undo(_ step: CheckoutStep, of order: Order) async throws {
        switch step {
        case .reserveStock, .confirmSale:
            try await clients.stock.release(order, .of(order, .reserveStock, .compensation))
        case .chargeCard: try await clients.payment.refund(order, .of(order, .chargeCard, .compensation))
        case .bookShipping: try await clients.shipping.cancel(order, .of(order, .bookShipping, .compensation))
        }
    }

    private func isRefusal(_ error: any Error, of step: CheckoutStep) -> Bool {
        guard case CheckoutError.refused(by: step.participant, _, _) = error else { return false }
        return true
    }
}
