import HTTPTypes
import SagaParticipant

/// Names one operation of one run, for example `RUN/charge-card/compensation`: the same for every delivery of a request. What
/// stands for the run is the orchestrator's business: the runtime's id of it, or the order's.
struct IdempotencyKey: Hashable, Sendable {
    static let header = "Idempotency-Key"

    let text: String

    init(text: String) { self.text = text }

    /// As the handwritten saga names it.
    static func of(_ order: Order, _ step: CheckoutStep, _ operation: BarrierOperation) -> Self {
        Self(text: "\(order.id)/\(step.rawValue)/\(operation.rawValue)")
    }

    init?(_ headers: HTTPFields) {
        guard let name = HTTPField.Name(Self.header), let text = headers[name], !text.isEmpty else { return nil }
        self.text = text
    }

    /// Of the step: `charge-card/compensation`.
    var operation: Substring { text.drop { $0 != "/" }.dropFirst() }
}

extension Answer {
    static let missingKey = Answer(
        status: 400, code: "missing_key", message: "send the header \(IdempotencyKey.header): RUN/STEP/OPERATION")

    static func badKey(_ error: BarrierKeyError) -> Answer {
        Answer(status: 400, code: "bad_key", message: "\(error)")
    }

    static func otherStep(_ key: BarrierKey, expected step: CheckoutStep) -> Answer {
        Answer(status: 400, code: "bad_key", message: "the key is one of \(key.step), and this is \(step.rawValue)")
    }
}
