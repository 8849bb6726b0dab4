public import Logging

/// Where this package reports about itself: swift-log, label `sagascope`. Never through its own spans and events.
///
/// A logger is made when there is something to say, so that a handler which the program installs later is used.
public enum Diagnostics {
    public static var logger: Logger { Logger(label: "sagascope") }
}
