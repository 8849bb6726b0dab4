import SagaTelemetry

extension SagaError {
    public var errorType: String { ErrorDescription.type(of: self) }
}

/// What an error that left a run, a step or a compensation means in `saga.result` and `error.type`.
package struct ErrorClassification: Sendable {
    package let result: SagaResult
    package let errorType: String
    package let message: String

    /// - Note: Errors of libraries cannot conform to ``SagaError`` before they are known. What calls itself a timeout, by the
    ///   name of its type or of its case, is taken for one; everything else that is not cancellation is an error.
    package init(_ error: any Error) {
        message = ErrorDescription.message(of: error)
        if let error = error as? any SagaError {
            result = error.sagaResult
            errorType = error.errorType
            return
        }
        errorType = ErrorDescription.type(of: error)
        if error is CancellationError {
            result = .cancellation
        } else if Self.namesTimeout(errorType) || (message.utf8.count <= 80 && Self.namesTimeout(message)) {
            result = .timeout
        } else {
            result = .error
        }
    }

    private static func namesTimeout(_ text: String) -> Bool {
        let text = text.lowercased()
        return ["timeout", "timedout", "timed out", "deadlineexceeded"].contains { text.contains($0) }
    }
}
