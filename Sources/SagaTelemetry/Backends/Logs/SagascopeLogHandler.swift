import CSagascope
public import Logging

/// The backend for swift-log: every message becomes an OTLP log record with the trace and the saga it was written in.
///
/// ```swift
/// LoggingSystem.bootstrap { label in
///     SagascopeLogHandler.beside(StreamLogHandler.standardError(label: label), label: label)
/// }
/// ```
/// Bootstrap logging first, ``Sagascope`` after it. In a task tree, `withLogger` with a logger that was made with this
/// handler does the same without a bootstrap.
///
/// The record carries the level as severity, the message as body, and as attributes: `logger.name`, `code.*`, `saga.*`
/// of the surrounding run and step, `exception.*` of an error that was logged, and the metadata, in which dictionaries,
/// arrays, numbers and booleans keep their kind. Of two attributes with one key the more specific one stands: of the
/// message, then of the metadata provider, then of the logger.
///
/// Records wait in the ring of events and are dropped, and counted, when it is full; a message longer than 32 KiB is cut.
/// What Sagascope itself has to say goes to standard error and never back into the pipeline.
public struct SagascopeLogHandler: LogHandler {
    public var logLevel: Logger.Level = .info
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let isOwn: Bool

    /// - Parameters:
    ///   - label: becomes the attribute `logger.name`.
    ///   - metadataProvider: further metadata for each message. ``Logging/Logger/MetadataProvider/sagascope`` adds nothing
    ///     here, since the record has all of it.
    public init(label: String, metadataProvider: Logger.MetadataProvider? = LoggingSystem.metadataProvider) {
        self.label = label
        self.metadataProvider = metadataProvider
        isOwn = Diagnostics.isOwn(label)
    }

    /// This handler and another one, which writes to a console or a file; what Sagascope itself says goes to the other
    /// one alone.
    public static func beside(_ other: any LogHandler, label: String) -> any LogHandler {
        if Diagnostics.isOwn(label) { return other }
        return MultiplexLogHandler([SagascopeLogHandler(label: label), other])
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        if isOwn { return logToStandardError(event) }
        // What is logged while exporting would have to be exported, and so on without end.
        guard sgs_is_recording() != 0, !Diagnostics.isExporting else { return }
        let provided = metadataProvider?.get() ?? [:]
        let context = TraceContext.active
        let saga = SagaContext.current
        TelemetryEvent.emitLog(
            event.level.severityNumber, event.level.severityText, body: event.message.description, context: context
        ) { record in
            record.set("logger.name", label)
            record.set("code.file.path", event.file)
            record.set("code.function.name", event.function)
            record.set("code.line.number", Int(event.line))
            if let saga { record.set(saga) }
            if let error = event.error {
                record.set("exception.type", ErrorDescription.type(of: error))
                record.set("exception.message", ErrorDescription.message(of: error))
            }
            for (key, value) in metadata { record.set(key, to: AttributeValue(value)) }
            for (key, value) in provided
            where !LogCorrelation.repeats(key, value, context: context, saga: saga) {
                record.set(key, to: AttributeValue(value))
            }
            for (key, value) in event.metadata ?? [:] { record.set(key, to: AttributeValue(value)) }
        }
    }

    private func logToStandardError(_ event: LogEvent) {
        var stream = StreamLogHandler.standardError(label: label, metadataProvider: metadataProvider)
        stream.metadata = metadata
        stream.log(event: event)
    }
}

extension EventAttributes {
    fileprivate mutating func set(_ saga: SagaContext) {
        set("saga.name", saga.saga)
        set("saga.run.id", saga.runID.description)
        set("saga.run.attempt", saga.runAttempt)
        guard let step = saga.step else { return }
        set("saga.step.name", step)
        set("saga.step.attempt", saga.stepAttempt)
    }
}
