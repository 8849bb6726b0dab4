import Foundation
import Logging
import OTLPExporter
public import SagaTelemetry

/// A pipeline that records into a file, while no other test records: the rings are the process's.
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
/// - Parameter exporter: makes another destination than the file.
@discardableResult
public func withRecording<Result: Sendable>(
    options: PipelineOptions = PipelineOptions(), registry: MetricRegistry = MetricRegistry(),
    exporter: (@Sendable () -> any TelemetryExporter)? = nil,
    _ body: @Sendable (Recording) async throws -> Result
) async throws -> Result {
    try await RecordingGate.shared.exclusively {
        try await withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("otlp.jsonl")
            let destination =
                try exporter?()
                ?? OTLPFileExporter(
                    configuration: OTLPFileConfiguration(
                        tracesPath: file.path, logsPath: file.path, metricsPath: file.path),
                    resource: Resource(["service.name": "test"]), logger: Logger(label: "test"))
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

/// One at a time, in the order of asking.
actor RecordingGate {
    static let shared = RecordingGate()
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func exclusively<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        if isTaken {
            await withCheckedContinuation { waiting.append($0) }
        }
        isTaken = true
        defer { release() }
        return try await body()
    }

    private func release() {
        guard !waiting.isEmpty else {
            isTaken = false
            return
        }
        waiting.removeFirst().resume()
    }
}
