/// Why a run shall not go on as it was meant to.
enum StopReason: Sendable, Hashable {
    case cancelled(String)
    case deadline
    /// The process ends: another one goes on.
    case shutdown

    var error: RecordedError {
        switch self {
        case .cancelled(let reason): RecordedError(type: "cancelled", message: reason, result: "cancellation")
        case .deadline: RecordedError(type: "deadline", message: "the run's deadline is over", result: "timeout")
        case .shutdown: RecordedError(type: "shutdown", message: "the coordinator ended", result: "cancellation")
        }
    }
}
