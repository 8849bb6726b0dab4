/// What stands in the braces of a ``Saga``: one after the other, or side by side.
public indirect enum SagaPart<Input: Codable & Sendable>: Sendable {
    case step(Step<Input>)
    case sequence([SagaPart])
    case parallel([SagaPart])
}

@resultBuilder public enum SagaBuilder<Input: Codable & Sendable> {
    public static func buildExpression(_ step: Step<Input>) -> SagaPart<Input> { .step(step) }
    public static func buildExpression(_ part: Parallel<Input>) -> SagaPart<Input> { .parallel(part.parts) }
    public static func buildExpression(_ part: Serial<Input>) -> SagaPart<Input> { part.part }
    public static func buildExpression(_ part: SagaPart<Input>) -> SagaPart<Input> { part }
    public static func buildBlock(_ parts: SagaPart<Input>...) -> SagaPart<Input> { .sequence(parts) }
    public static func buildArray(_ parts: [SagaPart<Input>]) -> SagaPart<Input> { .sequence(parts) }
    public static func buildOptional(_ part: SagaPart<Input>?) -> SagaPart<Input> { part ?? .sequence([]) }
    public static func buildEither(first part: SagaPart<Input>) -> SagaPart<Input> { part }
    public static func buildEither(second part: SagaPart<Input>) -> SagaPart<Input> { part }
}

/// Steps that run side by side; what follows waits for all of them. A ``Serial`` inside is one of them.
public struct Parallel<Input: Codable & Sendable>: Sendable {
    let parts: [SagaPart<Input>]

    public init(@SagaBuilder<Input> _ parts: () -> SagaPart<Input>) {
        let part = parts()
        if case .sequence(let parts) = part { self.parts = parts } else { self.parts = [part] }
    }
}

/// Steps that run one after the other, inside a ``Parallel``.
public struct Serial<Input: Codable & Sendable>: Sendable {
    let part: SagaPart<Input>

    public init(@SagaBuilder<Input> _ parts: () -> SagaPart<Input>) { part = parts() }
}
