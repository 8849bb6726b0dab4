/// What stands in the braces of a ``Saga``: one after the other, or side by side.
public indirect enum SagaPart<Input: Codable & Sendable>: Sendable {
    case step(Step<Input>)
    case sequence([SagaPart])
    case parallel([SagaPart])
}

@resultBuilder public enum SagaBuilder<Input: Codable & Sendable> {
    public static func buildExpression(_ step: Step<Input>) -> SagaPart<Input> { .step(step) }
    public static func buildExpression(_ part: SagaPart<Input>) -> SagaPart<Input> { part }
    public static func buildBlock(_ parts: SagaPart<Input>...) -> SagaPart<Input> { .sequence(parts) }
    public static func buildArray(_ parts: [SagaPart<Input>]) -> SagaPart<Input> { .sequence(parts) }
    public static func buildOptional(_ part: SagaPart<Input>?) -> SagaPart<Input> { part ?? .sequence([]) }
    public static func buildEither(first part: SagaPart<Input>) -> SagaPart<Input> { part }
    public static func buildEither(second part: SagaPart<Input>) -> SagaPart<Input> { part }
}

/// Steps that run side by side; what follows waits for all of them. A ``Sequence(_:)`` inside is one of them.
public func Parallel<Input>(@SagaBuilder<Input> _ parts: () -> SagaPart<Input>) -> SagaPart<Input> {
    guard case .sequence(let parts) = parts() else { return parts() }
    return .parallel(parts)
}

/// Steps that run one after the other, inside a ``Parallel(_:)``.
public func Sequence<Input>(@SagaBuilder<Input> _ parts: () -> SagaPart<Input>) -> SagaPart<Input> { parts() }
