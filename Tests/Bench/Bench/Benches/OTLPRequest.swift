import OTLPExporter
import SagaTelemetry

/// An export request of 512 recorded spans, framed; the least that any framing does is to move the bytes once.
final class OTLPRequest: Bench {
    let unit = TimeUnit.microseconds
    let referenceName = "memcpy"
    let operations = 1
    let passes = 500
    private let encoder = OTLPEncoder(resource: Resource(["service.name": "checkout", "service.version": "1.0.0"]))
    private let batch: RecordBatch
    private let request: [UInt8]
    private var copy: [UInt8]

    init(_ recorder: Recorder) async throws {
        for _ in 0..<Self.spans {
            var span = TraceSpan(SpanWorkload.name, parent: SpanWorkload.parent)
            SpanFloor.workload.fill(&span)
            span.end()
        }
        try await recorder.drain(spans: Self.spans)
        let batches = recorder.drained
        try require(batches.count == 1, "\(Self.spans) spans came out in \(batches.count) batches")
        batch = batches[0]
        request = encoder.encode(spans: batch)
        copy = Array(repeating: 0, count: request.count)
        try require(request.count > batch.bytes.count, "a request is shorter than its spans")
    }

    private static let spans = 512

    func pass(_ meter: inout Meter) async throws {
        var made: [UInt8] = []
        meter.measure { made = encoder.encode(spans: batch) }
        try require(made.count == request.count, "a request of the same spans has another length")
    }

    func referencePass(_ meter: inout Meter) async throws {
        meter.measure {
            copy.withUnsafeMutableBytes { copy in request.withUnsafeBytes { copy.copyMemory(from: $0) } }
        }
        try require(copy.last == request.last, "the copy was not made")
    }
}
