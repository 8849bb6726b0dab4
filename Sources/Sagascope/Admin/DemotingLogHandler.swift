import Logging

/// Lets a library's own announcements through as `debug`: an admin server is not what a program's log is about.
struct DemotingLogHandler: LogHandler {
    private var base: any LogHandler
    private let isEnding: @Sendable () -> Bool

    /// `logger` with everything below `warning` demoted to at most `debug`, and so with whatever is said by a cancelled task
    /// or while `isEnding`: hummingbird calls cancellation an error, and that a server closes which is closed already.
    static func demoting(_ logger: Logger, while isEnding: @escaping @Sendable () -> Bool) -> Logger {
        var demoted = logger
        demoted.handler = DemotingLogHandler(base: logger.handler, isEnding: isEnding)
        return demoted
    }

    func log(event: LogEvent) {
        var event = event
        if event.level > .debug, event.level < .warning || Task.isCancelled || isEnding() { event.level = .debug }
        guard event.level >= base.logLevel else { return }
        base.log(event: event)
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue }
    }

    var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue }
    }

    var logLevel: Logger.Level {
        get { base.logLevel }
        set { base.logLevel = newValue }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set { base.metadataProvider = newValue }
    }
}
