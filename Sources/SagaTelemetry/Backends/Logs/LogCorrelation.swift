public import Logging

extension Logger.MetadataProvider {
    /// Puts the current trace and saga into the metadata of any log handler, so that a line on the console leads to its
    /// trace: `trace_id`, `span_id`, `trace_flags` in hexadecimal, and inside a saga `saga`, `run`, `step`, `attempt`.
    ///
    /// ```swift
    /// LoggingSystem.bootstrap(StreamLogHandler.standardError, metadataProvider: .sagascope)
    /// ```
    /// `run` is the run's id, `attempt` that of the step, or of the run between steps. The trace's names are those of
    /// OpenTelemetry's "Trace Context in non-OTLP Log Formats"; unsampled traces are named too.
    public static let sagascope = Logger.MetadataProvider { LogCorrelation.metadata }
}

/// What a log line needs to be found beside its trace.
enum LogCorrelation {
    static var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [:]
        if let context = TraceContext.active {
            metadata["trace_id"] = .string(context.traceID.description)
            metadata["span_id"] = .string(context.spanID.description)
            metadata["trace_flags"] = .string(flags(context.flags))
        }
        guard let saga = SagaContext.current else { return metadata }
        metadata["saga"] = .string(saga.saga)
        metadata["run"] = .string(saga.runID.description)
        if let step = saga.step { metadata["step"] = .string(step) }
        metadata["attempt"] = .stringConvertible(saga.step == nil ? saga.runAttempt : saga.stepAttempt)
        return metadata
    }

    /// Whether an entry says nothing that an OTLP record of this context does not have anyway.
    static func repeats(
        _ key: String, _ value: Logger.MetadataValue, context: TraceContext?, saga: SagaContext?
    ) -> Bool {
        switch key {
        case "trace_id": value.text == context?.traceID.description
        case "span_id": value.text == context?.spanID.description
        case "trace_flags": value.text == context.map { flags($0.flags) }
        case "saga": value.text == saga?.saga
        case "run": value.text == saga?.runID.description
        case "step": value.text == saga?.step
        case "attempt": value.text == saga.map { String($0.step == nil ? $0.runAttempt : $0.stepAttempt) }
        default: false
        }
    }

    private static func flags(_ flags: UInt8) -> String {
        String(unsafeUninitializedCapacity: 2) { digits in
            Hexadecimal.write(flags, to: digits, at: 0)
            return 2
        }
    }
}

extension Logger.MetadataValue {
    /// nil for compound values.
    fileprivate var text: String? {
        switch self {
        case .string(let text): text
        case .stringConvertible(let value): value.description
        case .dictionary, .array: nil
        }
    }
}
