import Logging
import SagaTelemetry

/// One message with three entries of metadata through swift-log, inside a trace, against a handler that does nothing.
final class LogEmit: Bench {
    let unit = TimeUnit.nanoseconds
    let referenceName = "SwiftLogNoOpLogHandler"
    let operations = 500
    let passes = 20
    private let recorder: Recorder
    private let logger = Logger(label: "bench") { SagascopeLogHandler(label: $0, metadataProvider: nil) }
    private let reference = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }

    init(_ recorder: Recorder) { self.recorder = recorder }

    func pass(_ meter: inout Meter) async throws {
        emit(logger, &meter)
        try await recorder.drain(spans: 0, events: operations)
    }

    func referencePass(_ meter: inout Meter) async throws { emit(reference, &meter) }

    private func emit(_ logger: Logger, _ meter: inout Meter) {
        meter.measure {
            TraceContext.$current.withValue(SpanWorkload.parent) {
                for order in 0..<operations {
                    logger.info(
                        "stock is reserved",
                        metadata: ["order": "o-4711", "country": "is", "number": .stringConvertible(order)])
                }
            }
        }
    }
}
