import CFloor
import SagaTelemetry

/// What every span of the benches carries: 8 attributes (4 texts, 4 numbers) and one event with one attribute.
///
/// The values are made at run time, as a program's are; keys and names are literals. `floor_span.c` has the same ones.
struct SpanWorkload {
    static let name = "reserve stock of a warehouse"
    static let parent = TraceContext(traceID: TraceID(high: 0x1234, low: 0x5678), spanID: SpanID(0x9abc))

    let id: String
    let saga: String
    let step: String
    let outcome: String
    let version: Int
    let attempt: Int
    let sequence: Int
    let position: Int
    let reason: String

    @inline(never) init(order: Int) {
        id = "order-\(order)"
        saga = ["place", "order"].joined(separator: "-")
        step = ["reserve", "inventory"].joined(separator: "-")
        outcome = ["commit", "ted"].joined()
        reason = ["lock", "wait"].joined(separator: "-")
        version = order % 10
        attempt = 1
        sequence = order * 10_001
        position = order * 800_000
    }

    @inline(__always)
    func fill(_ span: inout TraceSpan) {
        span.set("saga.id", id)
        span.set("saga.name", saga)
        span.set("saga.step", step)
        span.set("saga.outcome", outcome)
        span.set("saga.version", version)
        span.set("saga.attempt", attempt)
        span.set("saga.log.sequence", sequence)
        span.set("saga.log.position", position)
        span.addEvent("blocked") { [reason] event in event.set("block.reason", reason) }
    }

    /// Gives the floor the same values.
    func giveToFloor() {
        for (index, text) in [id, saga, step, outcome].enumerated() { floor_span_set_text(Int32(index), text) }
        for (index, number) in [version, attempt, sequence, position].enumerated() {
            floor_span_set_number(Int32(index), Int64(number))
        }
        let parent = Self.parent
        floor_span_set_parent(parent.traceID.high, parent.traceID.low, parent.spanID.value)
    }
}
