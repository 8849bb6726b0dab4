/// What the runtime writes down of a run beside its steps, as records of kind `note`: their names.
package enum RunNote {
    static let prefix = "saga."

    /// The run is undone from here on, without any step having failed; the payload is the reason.
    package static let compensate = "saga.compensate"
    /// A process has taken the run over from one that is gone.
    package static let resumed = "saga.resumed"
    /// Somebody has asked for the dead letters to be tried again.
    package static let retry = "saga.retry"
    /// Somebody has undone a step by hand; the record's step says which.
    package static let resolved = "saga.resolved"
}
