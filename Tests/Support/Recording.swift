import Foundation
import Logging
import OTLPExporter
import SagaTasks
public import SagaTelemetry
import TaskInspection

/// A pipeline that records into a file, while no other test records: the rings and the switch of task tracking are the
/// process's.
public struct Recording: Sendable {
    public let pipeline: TelemetryPipeline
    public let file: URL

    /// Flushes and reads back everything exported so far.
    public func exported() async throws -> ExportedTelemetry {
        await pipeline.forceFlush(timeout: .seconds(60))
        return try ExportedTelemetry(file: file)
    }
}

/// Runs `body` with recording on and nobody else recording.
///
/// - Parameters:
///   - tracking: task tracking, off unless asked for.
///   - exporter: another destination than the file.
@discardableResult
public func withRecording<Result: Sendable>(
    options: PipelineOptions = PipelineOptions(), registry: MetricRegistry = MetricRegistry(),
    tracking: Tracking = .off, exporter: (any TelemetryExporter)? = nil,
    _ body: @Sendable (Recording) async throws -> Result
) async throws -> Result {
    try await withTaskTracking(tracking) {
        try await withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("otlp.jsonl")
            let destination = try exporter ?? fileExporter(file.path)
            let pipeline = TelemetryPipeline(exporter: destination, registry: registry, options: options)
            pipeline.start()
            do {
                let result = try await body(Recording(pipeline: pipeline, file: file))
                await pipeline.shutdown()
                return result
            } catch {
                await pipeline.shutdown()
                throw error
            }
        }
    }
}

private func fileExporter(_ path: String) throws -> OTLPFileExporter {
    try OTLPFileExporter(
        configuration: OTLPFileConfiguration(tracesPath: path, logsPath: path, metricsPath: path),
        resource: Resource(["service.name": "test"]), logger: Logger(label: "test"))
}

/// The switch of task tracking during a test.
public enum Tracking: Sendable {
    case off
    case on
    /// On, with an executor of ours under sagas.
    case precise
    /// On, by public API alone, as with a runtime that is not known.
    case publicOnly
    /// On, and events tell of tasks that are blocked for this long.
    case reportingAfter(Duration)
}

/// Runs `body`, where the caller runs, with the switch of task tracking set, and nobody else recording.
public func withTaskTracking<Result>(
    _ tracking: Tracking, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
) async throws -> Result {
    await recordingGate.take()
    let threshold = TaskTracking.blockedThreshold
    switch tracking {
    case .off: break
    case .on: TaskTracking.turnOn()
    case .precise: TaskTracking.turnOn(.precise)
    case .publicOnly:
        TaskTiers.pretend(refusal: "test")
        TaskTracking.turnOn()
    case .reportingAfter(let duration):
        TaskTracking.turnOn()
        TaskTracking.blockedThreshold = UInt64(duration / .nanoseconds(1))
    }
    let outcome: Swift.Result<Result, any Error>
    do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
    TaskTracking.turnOff()
    if case .publicOnly = tracking { TaskTiers.pretend(refusal: nil) }
    TaskTracking.blockedThreshold = threshold
    await recordingGate.release()
    return try outcome.get()
}

private let recordingGate = Gate()
