public import SagaInstrumentation

/// A run was not admitted.
public enum AdmissionRefused: SagaError, Hashable, CustomStringConvertible {
    /// As many runs as may wait do so.
    case full(limit: Int)
    /// The runtime takes no new runs.
    case closed

    public var sagaResult: SagaResult { .error }
    public var errorType: String {
        switch self {
        case .full: "admission_full"
        case .closed: "admission_closed"
        }
    }

    public var description: String {
        switch self {
        case .full(let limit):
            "the run was not admitted: \(limit) runs wait already; try again later, or let more run or wait"
        case .closed: "the run was not admitted: the runtime is shutting down; try again when it is up"
        }
    }
}
