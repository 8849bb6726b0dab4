import HTTPTypes
import SagaParticipant

/// Names one operation on one order, for example `order-000042/charge-card`: the same for every delivery of a request.
struct IdempotencyKey: Hashable, Sendable {
    static let header = "Idempotency-Key"

    let text: String

    init(order: String, operation: String) { text = "\(order)/\(operation)" }

    init?(_ headers: HTTPFields) {
        guard let name = HTTPField.Name(Self.header), let text = headers[name], !text.isEmpty else { return nil }
        self.text = text
    }

    var order: Substring { text.prefix { $0 != "/" } }
    var operation: Substring { text.drop { $0 != "/" }.dropFirst() }

    /// The order's run and `step`, whose action and compensation have one key.
    func barrierKey(of step: Step) throws(BarrierKeyError) -> BarrierKey {
        try BarrierKey(run: String(order), step: step.rawValue)
    }
}

extension Answer {
    static let missingKey = Answer(
        status: 400, code: "missing_key", message: "send the header \(IdempotencyKey.header): ORDER/OPERATION")

    static func badKey(_ error: BarrierKeyError) -> Answer {
        Answer(status: 400, code: "bad_key", message: "\(error)")
    }
}
