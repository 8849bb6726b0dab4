import CFloor
import SagaTelemetry

/// A bench that records the workload's spans into the rings, held against the same span in C.
protocol SpanBench: Bench {
    var recorder: Recorder { get }

    /// Records ``Bench/operations`` spans.
    func record(_ meter: inout Meter) async
}

extension SpanBench {
    var unit: TimeUnit { .nanoseconds }
    var referenceName: String { "C floor" }
    // Less than half of a ring: a drain in between finds them all, and nobody is woken for them.
    var operations: Int { 1_000 }
    var passes: Int { 100 }

    func pass(_ meter: inout Meter) async throws {
        await record(&meter)
        let bytes = try await recorder.drain(spans: operations)
        try require(
            bytes == operations * SpanFloor.bytes,
            "a span has \(bytes / operations) bytes, the floor's has \(SpanFloor.bytes): not the same work")
    }

    func referencePass(_ meter: inout Meter) async throws { try SpanFloor.pass(&meter, count: operations) }
}

/// The floor's side.
enum SpanFloor {
    static let workload = SpanWorkload(order: 12_345_678)

    /// The size of one encoded span.
    static let bytes: Int = {
        workload.giveToFloor()
        floor_span_record(1)
        return Int(floor_span_drain().bytes)
    }()

    static func pass(_ meter: inout Meter, count: Int) throws {
        let expected = count * bytes
        meter.measure { floor_span_record(UInt64(count)) }
        let drained = floor_span_drain()
        try require(
            drained.records == count && drained.bytes == expected,
            "the floor recorded \(drained.records) of \(count) spans, \(drained.bytes) of \(expected) bytes")
    }
}
