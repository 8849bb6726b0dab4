/// What failed, in a dump of a failed saga's tasks.
public struct SagaFailure: Codable, Sendable, Equatable {
    public var saga: String
    /// `saga.run.id`
    public var run: String
    /// The step, or the step whose compensation, it arose in; nil outside of steps.
    public var step: String?
    /// `error.type` and the error's text, as in the run's events; nil when no error arose.
    public var errorType: String?
    public var message: String?
    /// `saga.result`
    public var result: String?
    /// Tasks of the run that are not in the dump, since it had more than a dump of a failure holds.
    public var leftOut: Int

    public init(
        saga: String, run: String, step: String? = nil, errorType: String? = nil, message: String? = nil,
        result: String? = nil, leftOut: Int = 0
    ) {
        self.saga = saga
        self.run = run
        self.step = step
        self.errorType = errorType
        self.message = message
        self.result = result
        self.leftOut = leftOut
    }

    enum CodingKeys: String, CodingKey {
        case saga, run, step, message, result
        case errorType = "error_type"
        case leftOut = "left_out"
    }
}
