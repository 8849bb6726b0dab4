/// The entity that produces telemetry, as attributes: `service.name` and friends.
public struct Resource: Sendable, Equatable {
    public var attributes: Attributes

    public init(_ attributes: Attributes) { self.attributes = attributes }
}
