/// A step's name and what it answers, so that other steps can ask for it.
///
/// ```swift
/// let reservation = StepKey<Reservation>("reserve-stock")
/// ```
/// What a step answers is in the log: after a restart it is there without the step being repeated.
public struct StepKey<Output: Codable & Sendable>: Sendable, Hashable, ExpressibleByStringLiteral {
    public let name: String

    public init(_ name: String) { self.name = name }

    public init(stringLiteral name: String) { self.init(name) }
}
