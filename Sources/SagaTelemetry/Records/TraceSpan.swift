public import CSagascope
import ServiceContextModule

/// A span while it is being recorded: the one owner of its memory.
///
/// ```swift
/// var span = TraceSpan("reserve")
/// span.set("warehouse.id", warehouse.id)
/// span.end()
/// ```
/// Attributes become OTLP bytes when they are set; ``end(_:)`` copies the bytes into the thread's ring. No allocation in
/// steady state below 500 bytes a span. A span that is dropped without `end` is exported with an error status, so that
/// nothing disappears. When nothing records, or the trace is not sampled, every call does nothing and ``context`` still
/// names the span.
///
/// Source of the fields: opentelemetry/proto/trace/v1/trace.proto, `Span`.
@frozen public struct TraceSpan: ~Copyable, @unchecked Sendable {
    // Unchecked: the slot behind the encoder has this value as its only owner, and `~Copyable` keeps it so.
    @usableFromInline let encoder: RecordEncoder?

    public typealias Kind = TraceSpanKind
    public typealias Status = TraceSpanStatus
    public typealias Link = TraceSpanLink

    public let context: TraceContext

    /// Starts a span now.
    /// - Parameters:
    ///   - parent: nil starts a new trace.
    ///   - id: a derived id; random by default.
    ///   - startTime: ns since the Unix epoch; now by default.
    @inlinable public init(
        _ name: String, kind: Kind = .internal, parent: TraceContext? = TraceContext.active, id: SpanID = .random(),
        startTime: UInt64? = nil
    ) {
        self.init(
            name, kind: kind, context: .starting(id, below: parent), parent: parent, startTime: startTime)
    }

    /// Starts a span whose whole identity is given.
    @inlinable public init(
        _ name: String, kind: Kind, context: TraceContext, parent: TraceContext?, startTime: UInt64? = nil
    ) {
        self.context = context
        guard context.isRecorded, sgs_is_recording() != 0 else {
            encoder = nil
            return
        }
        encoder = RecordEncoder()
        encoder?.beginSpan(name, kind, context, parent, startTime)
        if context.traits.hasState { writeState() }
    }

    @usableFromInline @inline(never) func writeState() { encoder?.writeState(of: context, in: .current) }

    /// Whether what is set goes anywhere.
    @inlinable public var isRecording: Bool { encoder != nil }

    /// Adds an event at this moment.
    public mutating func addEvent(_ name: String, at time: UInt64? = nil, attributes: Attributes = .empty) {
        encoder?.addSpanEvent(name, time, attributes)
    }

    /// Adds an event whose attributes are written in place: nothing is made for it.
    ///
    /// ```swift
    /// span.addEvent("blocked") { event in event.set("block.reason", "lock-wait") }
    /// ```
    @inlinable public mutating func addEvent(
        _ name: StaticString, at time: UInt64? = nil, _ attributes: (inout SpanEventAttributes) -> Void
    ) {
        guard let encoder, let body = encoder.beginSpanEvent(name.utf8Bytes, time) else { return }
        var setter = SpanEventAttributes(encoder, body)
        attributes(&setter)
        encoder.endSpanEvent(body, dropped: setter.dropped)
    }

    /// Tells of an error: an event with `exception.type` and `exception.message`, and the attribute `error.type`. The span's
    /// status is what ``end(_:at:)`` says.
    public mutating func recordError(_ error: any Error, attributes: Attributes = .empty, at time: UInt64? = nil) {
        guard let encoder else { return }
        let type = ErrorDescription.type(of: error)
        let described: [(key: String, value: AttributeValue)] = [
            ("exception.type", .string(type)), ("exception.message", .string(ErrorDescription.message(of: error))),
        ]
        encoder.addSpanEvent(EventCatalogue.exception, time, Attributes(attributes.pairs + described))
        set("error.type", type)
    }

    @inlinable public mutating func addLink(_ link: Link) { encoder?.addLink(link) }

    /// Ends the span and hands it to the exporter.
    /// - Parameter time: ns since the Unix epoch; now by default. A time before the start becomes the start.
    @inlinable public consuming func end(_ status: Status = .unset, at time: UInt64? = nil) {
        encoder?.endSpan(status, time, context)
        discard self
    }

    @inlinable deinit {
        encoder?.endSpan(.error("span was dropped without end()"), nil, context)
    }
}

extension TraceSpan: AttributeSetting {
    @inlinable public mutating func set(_ key: StaticString, utf8 value: UnsafeBufferPointer<UInt8>) {
        encoder?.set(SpanField.attributes, key.utf8Bytes, string: value)
    }

    @inlinable public mutating func set(_ key: StaticString, _ value: Int64) {
        encoder?.set(SpanField.attributes, key.utf8Bytes, int: value)
    }

    @inlinable public mutating func set(_ key: StaticString, _ value: Double) {
        encoder?.set(SpanField.attributes, key.utf8Bytes, double: value)
    }

    @inlinable public mutating func set(_ key: StaticString, _ value: Bool) {
        encoder?.set(SpanField.attributes, key.utf8Bytes, bool: value)
    }

    public mutating func set(_ key: String, to value: AttributeValue) {
        guard let encoder, !key.isEmpty else { return }
        var key = key
        key.withUTF8 { encoder.set(SpanField.attributes, $0, value: value) }
    }
}
