import Logging

/// Lets a library's own announcements through as `debug`: an admin server is not what a program's log is about.
struct DemotingLogHandler: LogHandler {
    private var base: any LogHandler

    init(_ base: any LogHandler) { self.base = base }

    /// `logger` with everything below `warning` demoted to at most `debug`, and so with what a cancelled task has to say:
    /// hummingbird calls cancellation an error.
    static func demoting(_ logger: Logger) -> Logger {
        var demoted = logger
        demoted.handler = DemotingLogHandler(logger.handler)
        return demoted
    }

    func log(event: LogEvent) {
        var event = event
        if event.level > .debug, event.level < .warning || Task.isCancelled { event.level = .debug }
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
