public import Logging

/// Where this package reports about itself: swift-log, label `sagascope`. Never through its own spans and events.
public enum Diagnostics {
    public static let logger = Logger(label: "sagascope")
}
