/// Whether the process wants to be given work: what `/readyz` answers.
public enum Readiness: Sendable, Equatable {
    case ready
    case starting
    case shuttingDown
    /// Anything else that keeps work away, in words for the person who reads the probe's failure.
    case notReady(reason: String)

    /// nil when ready.
    var reason: String? {
        switch self {
        case .ready: nil
        case .starting: "starting"
        case .shuttingDown: "shutting down"
        case .notReady(let reason): reason
        }
    }
}
