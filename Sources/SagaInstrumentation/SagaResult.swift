/// How a run ended. Raw values are `saga.result`.
public enum SagaResult: String, Sendable, CaseIterable {
    case success
    /// It could not be completed, and everything done before was undone.
    case compensated
    /// The business said no.
    case failure
    /// The system broke.
    case error
    case timeout
    case cancellation
    /// It could not be completed, and not everything could be undone.
    case compensationFailed = "compensation_failed"
}

/// Tells Sagascope what an error means. Conform where the difference matters: a declined card is no outage.
///
/// ```swift
/// extension PaymentDeclined: SagaError {
///     var sagaResult: SagaResult { .failure }
/// }
/// ```
public protocol SagaError: Error {
    var sagaResult: SagaResult { get }
    /// `error.type`: of low cardinality. The type's name by default.
    var errorType: String { get }
}
