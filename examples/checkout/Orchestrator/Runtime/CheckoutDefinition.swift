import SagaRuntime

/// The checkout as a definition: what is done, and what undoes it. How steps are repeated, kept in the log, undone and taken
/// up after a crash is the runtime's business.
struct CheckoutDefinition: Sendable {
    let clients: ParticipantClients
    let mailbox: Mailbox
    let ledger: RunLedger
    let faults: FaultPlan

    func saga() throws -> Saga<Order> {
        try Saga(CheckoutSaga.name, input: Order.self) {
            step(.reserveStock, clients.stock.reserve, undo: clients.stock.release)
            Parallel {
                step(.chargeCard, clients.payment.charge, undo: clients.payment.refund)
                step(.bookShipping, clients.shipping.book, undo: clients.shipping.cancel)
            }
            step(.confirmSale, confirm).notCompensated(because: "releasing the pieces takes their sale back")
        }
    }

    private typealias Call = @Sendable (Order, IdempotencyKey) async throws -> Void

    private func step(_ step: CheckoutStep, _ call: @escaping Call, undo: @escaping Call) -> Step<Order> {
        Step(step.rawValue) {
            try await attempt(step, $0, call)
        } compensate: {
            try await undo($0.input, IdempotencyKey($0.call))
            ledger.noteCompensation(of: step, for: $0.input)
        }
        .retry(.call).compensationRetry(.undoing).timeout(CallTimeout.limit)
    }

    private func step(_ step: CheckoutStep, _ call: @escaping Call) -> Step<Order> {
        Step(step.rawValue) { try await attempt(step, $0, call) }.retry(.call).timeout(CallTimeout.limit)
    }

    private func attempt(_ step: CheckoutStep, _ context: StepContext<Order>, _ call: Call) async throws {
        try await ledger.time(step, attempt: context.call.attempt) {
            try await call(context.input, IdempotencyKey(context.call))
        }
    }

    private func confirm(_ order: Order, _ key: IdempotencyKey) async throws {
        try await clients.stock.confirm(order, key)
        mailbox.tell(order, forgetting: faults)
    }
}

extension RetryPolicy {
    fileprivate static let call = RetryPolicy(attempts: 4, initial: .milliseconds(40))
    /// Undoing has no other way out than to succeed, so it is more patient.
    fileprivate static let undoing = RetryPolicy(attempts: 8, initial: .milliseconds(40))
}

extension IdempotencyKey {
    fileprivate init(_ call: StepCall) { self.init(text: call.idempotencyKey) }
}
