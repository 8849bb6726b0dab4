import Dispatch
import Logging
import SagaTelemetry
import Synchronization

/// Appends telemetry to files as OTLP/JSON, one `TracesData`, `LogsData` or `MetricsData` object a line.
///
/// ```swift
/// let exporter = try OTLPFileExporter(
///     configuration: OTLPFileConfiguration(directory: "telemetry"),
///     resource: Resource(["service.name": "checkout"]), logger: logger)
/// ```
///
/// A batch that cannot be written is dropped with ``DropReason/ioError`` and logged, at most once a minute for each
/// file; the next batch tries again from the start, so that a freed disk or a repaired permission needs no restart.
///
/// Source: https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
public final class OTLPFileExporter: TelemetryExporter {
    /// The traces' path.
    public let destination: String

    private let encoder: OTLPEncoder
    private let configuration: OTLPFileConfiguration
    /// File work happens here and never on the threads that run tasks, because a write can wait for a disk.
    private let queue = DispatchQueue(label: "sagascope.otlp.file")
    private let files: Files
    private let failures: FailureLog<String>
    private let isShutDown = Mutex(false)

    /// - Parameters:
    ///   - configuration: checked here; a setting that cannot work is named in the error.
    ///   - resource: what produces the telemetry.
    ///   - scope: the library that recorded it.
    ///   - logger: is told about failures.
    /// - Throws: ``OTLPConfigurationError``. Files are opened by the first export, and what fails there drops a batch.
    public convenience init(
        configuration: OTLPFileConfiguration, resource: Resource, scope: InstrumentationScope = .sagascope,
        logger: Logger
    ) throws(OTLPConfigurationError) {
        try self.init(
            configuration: configuration, resource: resource, scope: scope, logger: logger, clock: .system)
    }

    init(
        configuration: OTLPFileConfiguration, resource: Resource, scope: InstrumentationScope, logger: Logger,
        clock: ExportClock
    ) throws(OTLPConfigurationError) {
        try configuration.validate()
        self.configuration = configuration
        self.destination = configuration.tracesPath
        self.encoder = OTLPEncoder(resource: resource, scope: scope)
        self.files = Files(configuration)
        self.failures = FailureLog(logger: logger, clock: clock)
    }

    public func export(spans: RecordBatch) async -> ExportOutcome {
        await write(spans.count, .traces) { $0.encode(spans: spans) }
    }

    public func export(logs: RecordBatch) async -> ExportOutcome {
        await write(logs.count, .logs) { $0.encode(logs: logs) }
    }

    public func export(metrics: MetricsSnapshot) async -> ExportOutcome {
        await write(metrics.pointCount, .metrics) { $0.encode(metrics: metrics) }
    }

    public func shutdown() async {
        isShutDown.withLock { $0 = true }
        await withCheckedContinuation { continuation in
            queue.async { [files] in
                files.close()
                continuation.resume()
            }
        }
        failures.close()
    }

    private func write(
        _ count: Int, _ signal: OTLPSignal, _ encode: @escaping @Sendable (OTLPEncoder) -> [UInt8]
    ) async -> ExportOutcome {
        guard count > 0 else { return ExportOutcome() }
        guard !Task.isCancelled, !isShutDown.withLock({ $0 }) else { return .dropped(count, .shutdown) }
        let failure: String? = await withCheckedContinuation { continuation in
            queue.async { [files, encoder] in
                continuation.resume(returning: files.append(encode(encoder), signal))
            }
        }
        guard let failure else { return .exported(count) }
        let path = configuration.path(of: signal)
        failures.report(
            path,
            "OTLP file \(path): \(count.of("record")) (\(signal)) \(count.verb("is", "are")) dropped. \(failure)")
        return .dropped(count, .ioError)
    }
}

/// The open files by path.
///
/// `@unchecked Sendable`: every call after `init` comes from the exporter's serial queue, so none overlaps another.
private final class Files: @unchecked Sendable {
    /// One file; a box, because a dictionary cannot hold noncopyable values.
    private final class Slot {
        var file: JSONLinesFile

        init(_ file: consuming JSONLinesFile) { self.file = file }
    }

    private let slots: [String: Slot]
    private let configuration: OTLPFileConfiguration

    init(_ configuration: OTLPFileConfiguration) {
        self.configuration = configuration
        let paths = Set(OTLPSignal.allCases.map(configuration.path(of:)))
        self.slots = Dictionary(
            uniqueKeysWithValues: paths.map { path in
                let file = JSONLinesFile(
                    path: path, maximumBytes: configuration.maximumBytes, keptFiles: configuration.keptFiles)
                return (path, Slot(file))
            })
    }

    /// - Returns: nil, or what went wrong and what to do about it.
    func append(_ request: [UInt8], _ signal: OTLPSignal) -> String? {
        guard let line = RequestJSON.line(of: request, signal) else {
            return "The batch holds a record that is not OTLP protobuf; the program that recorded it is at fault."
        }
        do throws(FileError) {
            try slots[configuration.path(of: signal)]?.file.append(line)
            return nil
        } catch {
            return "\(error). \(error.advice)"
        }
    }

    func close() {
        for slot in slots.values { slot.file.close() }
    }
}
