/// The definition of a saga: its steps, what each waits for, and what undoes it.
///
/// ```swift
/// let checkout = try Saga("checkout", version: 2, input: Order.self) {
///     Step("reserve-stock") { try await stock.reserve($0.input) } compensate: { try await stock.release($0.input) }
///     Parallel {
///         Step("charge-card") { try await payment.charge($0.input) } compensate: { try await payment.refund($0.input) }
///         Step("print-label") { try await shipping.label($0.input) } compensate: { try await shipping.void($0.input) }
///     }
///     Step("notify") { try await mail.send($0.input) }.notCompensated(because: "a mail cannot be unsent")
/// }
/// ```
/// It is checked when it is made. A definition whose steps have changed is another version; a coordinator can have several,
/// and runs that are open go on with theirs.
public struct Saga<Input: Codable & Sendable>: SagaDefinition {
    public let name: String
    public let version: Int
    public let blueprint: SagaBlueprint

    /// - Parameters:
    ///   - version: 1 or more.
    ///   - deadline: how long a run may take before it is undone; nil: as long as its steps do.
    /// - Throws: ``SagaDefinitionError``, which names the step.
    public init(
        _ name: String, version: Int = 1, input: Input.Type = Input.self, deadline: Duration? = nil,
        @SagaBuilder<Input> _ parts: () -> SagaPart<Input>
    ) throws(SagaDefinitionError) {
        self.name = name
        self.version = version
        blueprint = try SagaBlueprint(name, version: version, deadline: deadline, parts: parts())
    }
}

/// A ``Saga``, whatever its input is.
public protocol SagaDefinition: Sendable {
    var blueprint: SagaBlueprint { get }
}
