public import SagaParticipant
public import SagaTelemetry

/// What a step, or its compensation, is given.
public struct StepContext<Input: Sendable>: Sendable {
    /// The run's.
    public let input: Input
    /// Which run, step, attempt and operation this is.
    public let call: StepCall
    let outputs: StepOutputs

    /// What a step before this one has answered.
    /// - Throws: ``SagaRuntimeError/noOutput(step:of:)`` when it has not been committed, or when its answer is of another type.
    public func output<Output>(of key: StepKey<Output>) throws -> Output {
        guard let output = try outputs.output(of: key) else {
            throw SagaRuntimeError.noOutput(step: key.name, of: call.step)
        }
        return output
    }

    /// The same for compensations, where the step's answer may never have arrived.
    public func outputIfKnown<Output>(of key: StepKey<Output>) throws -> Output? { try outputs.output(of: key) }
}

/// One call of a step or of its compensation.
public struct StepCall: Sendable, Hashable {
    public let saga: String
    public let run: TraceID
    public let step: String
    public let operation: BarrierOperation
    /// 1 for the first.
    public let attempt: Int

    /// The same for every attempt, and after a restart: what a participant's `Barrier` knows a repeated call by.
    public var idempotencyKey: String {
        // The step's name was looked at when the definition was made.
        (try? BarrierKey(run: "\(run)", step: step))?.text(of: operation) ?? "\(run)/\(step)/\(operation.rawValue)"
    }
}
