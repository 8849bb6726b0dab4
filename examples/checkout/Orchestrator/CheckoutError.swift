import Sagascope

/// Why a checkout did not go through.
enum CheckoutError: Error, Equatable {
    /// The business said no. Asking again gets the same answer, and nothing is held for the order there.
    case refused(by: String, code: String, message: String)
    /// No answer in time: the work may have been done or not.
    case timedOut(String)
    /// The connection broke before the answer: the work may have been done or not.
    case connectionLost(String)
    /// The participant answered that it cannot do its work now.
    case unavailable(String, status: Int)
    /// These steps could not be undone: somebody has to look.
    case notUndone([CheckoutStep])

    /// Whether the same request may succeed when it is sent again.
    var isTransient: Bool {
        switch self {
        case .timedOut, .connectionLost, .unavailable: true
        case .refused, .notUndone: false
        }
    }
}

/// Tells the telemetry what the business meant: a refusal is a `failure`, anything else broke.
extension CheckoutError: SagaError {
    var sagaResult: SagaResult {
        switch self {
        case .refused: .failure
        case .timedOut: .timeout
        case .connectionLost, .unavailable: .error
        case .notUndone: .compensationFailed
        }
    }

    /// One word of a small set, for the `error.type` attribute.
    var errorType: String {
        switch self {
        case .refused(_, let code, _): code
        case .timedOut: "timeout"
        case .connectionLost: "connection_lost"
        case .unavailable(_, let status): String(status)
        case .notUndone: "not_undone"
        }
    }
}

extension CheckoutError: CustomStringConvertible {
    var description: String {
        switch self {
        case .refused(let participant, _, let message): "\(participant) refused: \(message)"
        case .timedOut(let participant): "\(participant) did not answer in time"
        case .connectionLost(let participant): "the connection to \(participant) was lost"
        case .unavailable(let participant, let status): "\(participant) is unavailable (\(status))"
        case .notUndone(let steps): "not undone: " + steps.map(\.rawValue).joined(separator: ", ")
        }
    }
}
