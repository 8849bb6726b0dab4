/// The library that recorded a span, an event or a measurement.
public struct InstrumentationScope: Sendable, Equatable {
    public var name: String
    public var version: String

    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    /// Everything this package records.
    public static let sagascope = InstrumentationScope(name: "sagascope", version: sagascopeVersion)
}

/// The version of this package, as it stands in `telemetry.sdk.version`, the scope and the User-Agent.
public let sagascopeVersion = "0.1.0"
