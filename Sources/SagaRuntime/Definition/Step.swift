/// A step of a saga: what is done, and what undoes it.
///
/// ```swift
/// Step("charge-card") {
///     try await payment.charge($0.input, key: $0.call.idempotencyKey)
/// } compensate: {
///     try await payment.refund($0.input, key: $0.call.idempotencyKey)
/// }.timeout(.seconds(2))
/// ```
/// Both may be called more than once for one run, after a timeout or a restart: the participant tells repeated calls by
/// ``StepCall/idempotencyKey``. A compensation may come although the step never arrived.
public struct Step<Input: Codable & Sendable>: Sendable {
    public typealias Context = StepContext<Input>

    let name: String
    /// nil: the steps that stand before it.
    var dependencies: [String]?
    var compensation: Compensation
    var retry = RetryPolicy.default
    var compensationRetry: RetryPolicy?
    var timeout: Duration?
    var breaker: CircuitBreakerPolicy?
    var fallback: (@Sendable (Context) async throws -> [UInt8])?
    let action: @Sendable (Context) async throws -> [UInt8]
    /// Reads what it has answered out of the log; nil: it answers nothing.
    private(set) var readOutput: (@Sendable ([UInt8]) throws -> Void)?

    enum Compensation: Sendable {
        case missing
        case notNeeded(String)
        case by(@Sendable (Context) async throws -> Void)
    }

    private init(
        _ name: String, _ action: @escaping @Sendable (Context) async throws -> [UInt8], _ compensation: Compensation
    ) {
        self.name = name
        self.action = action
        self.compensation = compensation
    }

    /// A step that answers nothing.
    public init(
        _ name: String, _ action: @escaping @Sendable (Context) async throws -> Void,
        compensate: @escaping @Sendable (Context) async throws -> Void
    ) {
        self.init(name, Self.erased(action), .by(compensate))
    }

    /// The same without a compensation: say why by ``notCompensated(because:)``.
    public init(_ name: String, _ action: @escaping @Sendable (Context) async throws -> Void) {
        self.init(name, Self.erased(action), .missing)
    }

    /// A step whose answer is kept in the log, where other steps find it.
    public init<Output>(
        _ key: StepKey<Output>, _ action: @escaping @Sendable (Context) async throws -> Output,
        compensate: @escaping @Sendable (Context) async throws -> Void
    ) {
        self.init(key.name, { try JSONPayload.encode(try await action($0)) }, .by(compensate))
        readOutput = { _ = try JSONPayload.decode(Output.self, from: $0) }
    }

    public init<Output>(_ key: StepKey<Output>, _ action: @escaping @Sendable (Context) async throws -> Output) {
        self.init(key.name, { try JSONPayload.encode(try await action($0)) }, .missing)
        readOutput = { _ = try JSONPayload.decode(Output.self, from: $0) }
    }

    private static func erased(
        _ action: @escaping @Sendable (Context) async throws -> Void
    ) -> @Sendable (Context) async throws -> [UInt8] {
        {
            try await action($0)
            return []
        }
    }

    // MARK: how it is run

    /// The steps that must have been committed before it begins, instead of those that stand before it.
    public func after(_ steps: String...) -> Self { with { $0.dependencies = steps } }

    /// Nothing has to be undone, or nothing can be.
    public func notCompensated(because reason: String) -> Self { with { $0.compensation = .notNeeded(reason) } }

    /// Of one attempt. An attempt that is over is cancelled, and has the coordinator's grace to end.
    public func timeout(_ duration: Duration) -> Self { with { $0.timeout = duration } }

    public func retry(_ policy: RetryPolicy) -> Self { with { $0.retry = policy } }

    /// Of the compensation; by default the coordinator's, which is patient.
    public func compensationRetry(_ policy: RetryPolicy) -> Self { with { $0.compensationRetry = policy } }

    /// Calls that fail too often are not sent for a while.
    public func circuitBreaker(_ policy: CircuitBreakerPolicy) -> Self { with { $0.breaker = policy } }

    /// Done instead when no attempt has succeeded, unless the business said no.
    public func fallback(_ action: @escaping @Sendable (Context) async throws -> Void) -> Self {
        with { $0.fallback = Self.erased(action) }
    }

    /// The same for a step that answers something.
    public func fallback<Output: Codable & Sendable>(
        _ action: @escaping @Sendable (Context) async throws -> Output
    ) -> Self {
        with { $0.fallback = { try JSONPayload.encode(try await action($0)) } }
    }

    private func with(_ change: (inout Self) -> Void) -> Self {
        var step = self
        change(&step)
        return step
    }
}
