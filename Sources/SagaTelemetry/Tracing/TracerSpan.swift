import CSagascope
public import Tracing

/// A span of swift-distributed-tracing, whose calls may come from several threads.
///
/// Events and links become OTLP bytes when they are added. Attributes are a dictionary in that API, and the name may change:
/// both are encoded once, at the end. A span that is dropped without `end` is exported with an error status.
public final class TracerSpan: Tracing.Span, @unchecked Sendable {
    // Unchecked: what follows is changed under the slot's lock only. The lock is also why Swift need not check exclusive
    // access a second time, which would cost an allocation for each attribute.
    @exclusivity(unchecked) private var name: String
    /// Without those that somebody has taken out to change them.
    @exclusivity(unchecked) private var kept: SpanAttributes
    /// How many changes are going on.
    @exclusivity(unchecked) private var changes = 0
    @exclusivity(unchecked) private var status: TraceSpanStatus = .unset
    @exclusivity(unchecked) private var endTime: UInt64?

    private let surrounding: ServiceContext
    private let trace: TraceContext
    /// nil when nothing records. It is given back at the end; its lock stays good for late calls, since slots are never
    /// unmapped.
    private let encoder: RecordEncoder?

    init(_ name: String, kind: SpanKind, surrounding: ServiceContext, parent: TraceContext?, startTime: UInt64) {
        trace = .starting(.random(), below: parent)
        self.surrounding = surrounding
        self.name = name
        guard trace.isRecorded, sgs_is_recording() != 0, let encoder = RecordEncoder() else {
            encoder = nil
            kept = [:]
            return
        }
        self.encoder = encoder
        kept = Self.roomy
        encoder.beginSpan(nil, TraceSpanKind(kind), trace, parent, startTime)
        if trace.traits.hasState { encoder.writeState(of: trace, in: surrounding) }
    }

    deinit {
        guard endTime == nil else { return }
        status = .error("span was dropped without end()")
        endTime = encoder?.now
        finish()
    }

    /// Made when it is asked for: only a scope around other spans needs it.
    public var context: ServiceContext {
        var context = surrounding
        context.traceContext = trace
        return context
    }

    public var isRecording: Bool { encoder != nil && locked { endTime == nil } }

    public var operationName: String {
        get { locked { name } }
        set { change { name = newValue } }
    }

    public func setStatus(_ status: SpanStatus) {
        change { self.status = TraceSpanStatus(status) }
    }

    // MARK: attributes

    /// Empty until the first one, with room for as many as most spans have: the dictionary is copied once and never grows.
    private static let roomy = SpanAttributes(Dictionary(minimumCapacity: 12))

    /// A change takes the attributes out, so that the dictionary has one owner and is changed in place, and puts them back.
    /// Whoever reads meanwhile sees only what others have set since.
    public var attributes: SpanAttributes {
        get { locked { kept } }
        set { change { kept = newValue } }
        _modify {
            var attributes = SpanAttributes()
            let isTaken = take(&attributes)
            defer { if isTaken { putBack(&attributes) } }
            yield &attributes
        }
    }

    /// - Returns: false after the end: whoever writes the span has what was kept, and the change goes nowhere.
    private func take(_ attributes: inout SpanAttributes) -> Bool {
        guard encoder != nil else { return false }
        return locked {
            guard endTime == nil else { return false }
            changes += 1
            swap(&kept, &attributes)
            return true
        }
    }

    private func putBack(_ attributes: inout SpanAttributes) {
        let isLast = locked {
            changes -= 1
            if !kept.isEmpty { attributes.merge(kept) }
            swap(&kept, &attributes)
            return changes == 0 && endTime != nil
        }
        if isLast { finish() }
    }

    // MARK: events and links

    public func addEvent(_ event: SpanEvent) {
        guard let encoder else { return }
        change { encoder.addSpanEvent(event, until: encoder.now) }
    }

    public func addLink(_ link: SpanLink) {
        guard let encoder, let context = link.context.traceContext else { return }
        let attributes = Attributes(link.attributes)
        change { encoder.addLink(TraceSpanLink(context, attributes: attributes)) }
    }

    public func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        guard encoder != nil else { return }
        let type = ErrorDescription.type(of: error)
        var attributes = attributes
        attributes["exception.type"] = type
        attributes["exception.message"] = ErrorDescription.message(of: error)
        addEvent(SpanEvent(name: EventCatalogue.exception, at: instant(), attributes: attributes))
        if self.attributes["error.type"] == nil { self.attributes["error.type"] = type }
    }

    // MARK: the end

    /// The first end counts; later ones, and changes after it, do nothing. A change that is going on is waited for: it ends
    /// the span when it is done.
    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard encoder != nil else { return }
        let now = time(instant)
        let isLast = locked {
            guard endTime == nil else { return false }
            endTime = now
            return changes == 0
        }
        if isLast { finish() }
    }

    /// Once, by whoever ended the span, or by the last of the changes that were going on then. Nothing changes any more, so
    /// no lock is needed, and attributes may still be read.
    private func finish() {
        guard let encoder else { return }
        encoder.writeName(name)
        kept.forEach({ encoder.set($0, $1, tag: SpanField.attributes) })
        encoder.endSpan(status, endTime, trace)
    }

    /// A change counts while the span is recorded and open.
    @inline(__always) private func change(_ body: () -> Void) {
        guard encoder != nil else { return }
        locked { if endTime == nil { body() } }
    }

    @inline(__always) private func locked<Result>(_ body: () -> Result) -> Result {
        guard let slot = encoder?.slot else { return body() }
        sgs_slot_lock(slot)
        defer { sgs_slot_unlock(slot) }
        return body()
    }
}
