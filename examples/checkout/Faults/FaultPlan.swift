/// Which requests go wrong on their way, and how: decided by the seed and the request's Idempotency-Key alone, so that a
/// run can be repeated.
struct FaultPlan: Sendable {
    enum Fault: Sendable {
        /// 503 before anything was done.
        case unavailable
        /// The work is done, then the connection closes without an answer.
        case lostResponse
        /// The work is done, but later than any client waits.
        case slow
    }

    /// One line of the table: this share of an operation's requests has the fault, for so many deliveries.
    private struct Rule {
        /// As ``IdempotencyKey/operation``.
        let operation: String
        let fault: Fault
        let share: Double
        /// A fault heals after at most so many deliveries of the same request.
        let deliveries: ClosedRange<Int>

        init(_ operation: String, _ fault: Fault, share: Double, deliveries: ClosedRange<Int>) {
            self.operation = operation
            self.fault = fault
            self.share = share
            self.deliveries = deliveries
        }
    }

    private static let once = 1...1
    private static let never = Int.max...Int.max

    private static let rules = [
        Rule("reserve-stock/action", .lostResponse, share: 0.010, deliveries: once),
        Rule("reserve-stock/action", .slow, share: 0.004, deliveries: once),
        Rule("charge-card/action", .lostResponse, share: 0.015, deliveries: once),
        Rule("charge-card/action", .slow, share: 0.010, deliveries: once),
        Rule("charge-card/action", .slow, share: 0.008, deliveries: never),
        Rule("book-shipping/action", .unavailable, share: 0.060, deliveries: 1...2),
        Rule("book-shipping/action", .unavailable, share: 0.008, deliveries: never),
        Rule("book-shipping/action", .lostResponse, share: 0.010, deliveries: once),
        Rule("confirm-sale/action", .lostResponse, share: 0.010, deliveries: once),
        Rule("reserve-stock/compensation", .lostResponse, share: 0.040, deliveries: once),
        Rule("charge-card/compensation", .lostResponse, share: 0.040, deliveries: once),
        Rule("book-shipping/compensation", .unavailable, share: 0.040, deliveries: once),
    ]

    let seed: UInt64

    /// Whether the orchestrator leaves a task behind that nobody waits for: a bug that is in many programs.
    func leavesTask(behind order: Order) -> Bool {
        var random = SplitMix64(seed: seed, "ghost-" + order.id)
        return random.fraction() < 0.01
    }

    /// What happens to the `delivery`-th arrival (1, 2, …) of the request with this key; nil when all is well.
    func fault(for key: IdempotencyKey, delivery: Int) -> Fault? {
        var random = SplitMix64(seed: seed, key.text)
        var draw = random.fraction()
        for rule in Self.rules where rule.operation == key.operation {
            guard draw < rule.share else {
                draw -= rule.share
                continue
            }
            return delivery <= Int.random(in: rule.deliveries, using: &random) ? rule.fault : nil
        }
        return nil
    }
}
