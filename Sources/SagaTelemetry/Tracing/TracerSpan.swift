import CSagascope
import Synchronization
public import Tracing

/// A span of swift-distributed-tracing. The API hands attributes over as a dictionary, so they are kept until the end and
/// encoded once, into the same rings as ``TraceSpan``.
public final class TracerSpan: Tracing.Span {
    public let context: ServiceContext
    private let trace: TraceContext
    private let parent: TraceContext?
    private let kind: TraceSpanKind
    private let startTime: UInt64
    private let state: Mutex<State>

    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var events: [SpanEvent] = []
        var links: [SpanLink] = []
        var status: SpanStatus?
        var droppedEvents = 0
        var droppedLinks = 0
        var isEnded = false
    }

    init(_ name: String, kind: SpanKind, surrounding: ServiceContext, parent: TraceContext?, startTime: UInt64) {
        let id = SpanID.random()
        trace = parent?.child(id) ?? TraceContext(traceID: .random(), spanID: id)
        var context = surrounding
        context.traceContext = trace
        self.context = context
        self.parent = parent
        self.kind = TraceSpanKind(kind)
        self.startTime = startTime
        state = Mutex(State(name: name))
    }

    public var isRecording: Bool {
        trace.isSampled && sgs_is_recording() != 0 && state.withLock { !$0.isEnded }
    }

    public var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    public var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { $0.attributes = newValue } }
    }

    public func setStatus(_ status: SpanStatus) { state.withLock { $0.status = status } }

    public func addEvent(_ event: SpanEvent) {
        state.withLock { state in
            if state.events.count < Self.limit { state.events.append(event) } else { state.droppedEvents += 1 }
        }
    }

    public func addLink(_ link: SpanLink) {
        state.withLock { state in
            if state.links.count < Self.limit { state.links.append(link) } else { state.droppedLinks += 1 }
        }
    }

    /// The specification's default for events and links of one span.
    private static let limit = 128

    public func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.type"] = ErrorDescription.type(of: error)
        attributes["exception.message"] = ErrorDescription.message(of: error)
        addEvent(SpanEvent(name: EventCatalogue.exception, at: instant(), attributes: attributes))
        state.withLock { state in
            if state.attributes["error.type"] == nil {
                state.attributes["error.type"] = ErrorDescription.type(of: error)
            }
        }
    }

    /// The first end counts; later ones, and changes after it, do nothing.
    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let endTime = time(instant)
        let ended = state.withLock { state -> State? in
            guard !state.isEnded else { return nil }
            state.isEnded = true
            return state
        }
        guard let ended, trace.isSampled, sgs_is_recording() != 0 else { return }
        var span = TraceSpan(ended.name, kind: kind, context: trace, parent: parent, startTime: startTime)
        Self.encode(ended.attributes, into: &span)
        for event in ended.events {
            let time = min(max(event.nanosecondsSinceEpoch, startTime), endTime)
            span.addEvent(event.name, at: time, attributes: Attributes(event.attributes))
        }
        for link in ended.links {
            guard let context = link.context.traceContext else { continue }
            span.addLink(TraceSpanLink(context, attributes: Attributes(link.attributes)))
        }
        span.noteDropped(events: ended.droppedEvents, links: ended.droppedLinks)
        span.end(ended.status.map(TraceSpanStatus.init) ?? .unset, at: endTime)
    }
}

extension TracerSpan {
    private static func encode(_ attributes: SpanAttributes, into span: inout TraceSpan) {
        // The dictionary offers only a callback, and a callback cannot hold the span: it is taken apart first.
        var pairs: [(String, AttributeValue)] = []
        pairs.reserveCapacity(attributes.count)
        attributes.forEach({ key, value in
            if let value = AttributeValue(value) { pairs.append((key, value)) }
        })
        for (key, value) in pairs { span.set(key, to: value) }
    }
}

extension TraceSpanKind {
    init(_ kind: SpanKind) {
        switch kind {
        case .server: self = .server
        case .client: self = .client
        case .producer: self = .producer
        case .consumer: self = .consumer
        default: self = .internal
        }
    }
}

extension TraceSpanStatus {
    init(_ status: SpanStatus) {
        switch status.code {
        case .ok: self = .ok
        case .error: self = .error(status.message ?? "")
        }
    }
}

extension AttributeValue {
    /// nil for a case that only a later version of the API knows.
    init?(_ attribute: SpanAttribute) {
        switch attribute {
        case .int32(let value): self = .int(Int64(value))
        case .int64(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .bool(let value): self = .bool(value)
        case .string(let value): self = .string(value)
        case .int32Array(let values): self = .array(values.map { .int(Int64($0)) })
        case .int64Array(let values): self = .array(values.map { .int($0) })
        case .doubleArray(let values): self = .array(values.map { .double($0) })
        case .boolArray(let values): self = .array(values.map { .bool($0) })
        case .stringArray(let values): self = .array(values.map { .string($0) })
        case .stringConvertible(let value): self = .string(value.description)
        case .stringConvertibleArray(let values): self = .array(values.map { .string($0.description) })
        default: return nil
        }
    }
}

extension Attributes {
    fileprivate convenience init(_ attributes: SpanAttributes) {
        var pairs: [(key: String, value: AttributeValue)] = []
        func append(_ key: String, _ attribute: SpanAttribute) {
            if let value = AttributeValue(attribute) { pairs.append((key, value)) }
        }
        attributes.forEach(append)
        self.init(pairs)
    }
}
