import SagaInstrumentation
import SagaLog

extension RecordedError {
    init(_ error: any Error) {
        let meaning = ErrorClassification(error)
        self.init(type: meaning.errorType, message: meaning.message, result: meaning.result.rawValue)
    }

    /// `saga.result` of it alone.
    var meaning: SagaResult { SagaResult(rawValue: result) ?? .error }
}

extension RunJournal.Draft {
    /// A record of a step or its compensation.
    init(_ kind: LogRecordKind, _ step: StepBlueprint, attempt: Int, payload: [UInt8] = []) {
        self.init(kind: kind, name: step.name, step: step.index, attempt: attempt, payload: payload)
    }

    /// - Parameters:
    ///   - isFinal: it is not tried again.
    ///   - isWithoutEffect: it has certainly not been done.
    init(
        failed kind: LogRecordKind, _ step: StepBlueprint, attempt: Int, _ error: RecordedError, isFinal: Bool,
        isWithoutEffect: Bool = false
    ) {
        let payload = FailurePayload(error: error, isFinal: isFinal, isWithoutEffect: isWithoutEffect)
        self.init(kind, step, attempt: attempt, payload: JSONPayload.text(payload))
        isFinalFailure = isFinal
    }

    /// A remark of the runtime's own.
    init(note name: String, step: Int = 0, payload: [UInt8] = []) {
        self.init(kind: .note, name: name, step: step, payload: payload)
    }
}
