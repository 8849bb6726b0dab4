public import Logging

/// Where this package reports about itself: swift-log, label `sagascope`. Never through its own spans and events.
///
/// A logger is made when there is something to say, so that a handler which the program installs later is used.
public enum Diagnostics {
    public static var logger: Logger { Logger(label: "sagascope") }

    /// Whether a logger with this label is one of this package's own.
    static func isOwn(_ label: String) -> Bool { label == "sagascope" || label.hasPrefix("sagascope.") }

    /// True in the pipeline's tasks and in what exporters start from there.
    @TaskLocal static var isExporting = false
}
