public import SagaInstrumentation
public import SagaLog

/// What a coordinator could not do. How a run has ended is no error: see ``RunOutcome``.
public enum SagaRuntimeError: Error, Sendable, Hashable {
    /// The log takes nothing: what is open goes on when it is opened anew.
    case log(SagaLogError)
    /// What was to be written would have contradicted what the log has. Nothing was written.
    case illegal(IllegalRecord)
    /// No such saga was given to the coordinator.
    case unknownSaga(String, version: UInt32)
    /// Two definitions have the same name and version.
    case duplicateSaga(String, version: UInt32)
    /// The coordinator takes no further run.
    case shuttingDown
    /// Too many runs wait already.
    case refused(AdmissionRefused)
    /// The run was cancelled before it had begun: nothing was done.
    case notBegun
    /// The run is closed, and how is no longer in the log.
    case outcomeForgotten(run: String)
    /// The run's history is not what its definition allows; it was set aside.
    case quarantined(run: String, reason: String)
    /// There is no such run, or it is not in a state that allows this.
    case noSuchRun(String, reason: String)
    case noOutput(step: String, of: String)
    case unreadable(what: String, reason: String)
    case unwritable(what: String, reason: String)
    case invalidOption(String)
}

extension SagaRuntimeError: SagaError {
    public var sagaResult: SagaResult { self == .notBegun ? .cancellation : .error }

    public var errorType: String {
        switch self {
        case .log: "log"
        case .illegal: "illegal_record"
        case .unknownSaga: "unknown_saga"
        case .duplicateSaga: "duplicate_saga"
        case .shuttingDown: "shutting_down"
        case .refused(let refusal): refusal.errorType
        case .notBegun: "not_begun"
        case .outcomeForgotten: "outcome_forgotten"
        case .quarantined: "quarantined"
        case .noSuchRun: "no_such_run"
        case .noOutput: "no_output"
        case .unreadable: "unreadable"
        case .unwritable: "unwritable"
        case .invalidOption: "invalid_option"
        }
    }
}

extension SagaRuntimeError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .log(let error): "\(error)"
        case .illegal(let record): "the run would contradict its log: \(record)"
        case .unknownSaga(let name, let version):
            "saga \(name), version \(version), is unknown here: give its definition to the coordinator; "
                + "versions with open runs are needed until those have ended"
        case .duplicateSaga(let name, let version): "there are two definitions of saga \(name), version \(version)"
        case .shuttingDown: "the coordinator takes no further run: it is shutting down"
        case .refused(let refusal): "\(refusal)"
        case .notBegun: "the run was cancelled before it had begun: nothing was done"
        case .outcomeForgotten(let run): "run \(run) is closed, and its last record is no longer in the log"
        case .quarantined(let run, let reason): "run \(run) was set aside: \(reason)"
        case .noSuchRun(let run, let reason): "run \(run): \(reason)"
        case .noOutput(let step, let other):
            "step \(other) asks for what \(step) has answered, and it has not been committed"
        case .unreadable(let what, let reason): "\(what) cannot be read: \(reason)"
        case .unwritable(let what, let reason): "\(what) cannot be written as JSON: \(reason)"
        case .invalidOption(let text): text
        }
    }
}
