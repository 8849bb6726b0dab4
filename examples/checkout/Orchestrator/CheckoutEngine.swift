import Sagascope

/// What brings an order through the checkout, from its first step to its last or back.
protocol CheckoutEngine: Sendable {
    /// Returns when the order's run has ended, whichever way.
    func end(of order: Order) async -> RunEnd
}

/// How a run has ended.
struct RunEnd: Codable, Sendable, Equatable {
    let result: String
    /// One word for what stopped it; nil when nothing did.
    let reason: String?

    init(_ result: SagaResult, reason: String? = nil) {
        self.result = result.rawValue
        self.reason = reason
    }

    /// - Parameter wasUndone: what had been done before the error.
    init(_ error: any Error, wasUndone: Bool) {
        let meaning = error as? any SagaError
        let result = meaning?.sagaResult ?? (error is CancellationError ? .cancellation : .error)
        self.init(
            wasUndone && result != .compensationFailed ? .compensated : result,
            reason: meaning?.errorType ?? "\(type(of: error))")
    }

    var sagaResult: SagaResult { SagaResult(rawValue: result) ?? .error }
}

/// Which of the two.
enum EngineChoice: String, Codable, CaseIterable, Sendable {
    /// The saga as a definition, which the runtime carries out.
    case runtime
    /// The saga as a function of ours, with telemetry around its parts.
    case handwritten

    /// Where the saga itself stands.
    var source: String {
        switch self {
        case .runtime: "examples/checkout/Orchestrator/Runtime/CheckoutDefinition.swift"
        case .handwritten: "examples/checkout/Orchestrator/Handwritten/CheckoutSaga.swift"
        }
    }
}
