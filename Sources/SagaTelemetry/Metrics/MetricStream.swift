import CSagascope

/// What becomes of one instrument under the options: what it is exported as, and how it counts.
struct MetricStream: Sendable {
    /// As exported: with the view's name, description and bounds.
    var descriptor: MetricDescriptor
    var isDropped = false
    var attributes: MetricView.AttributeFilter?
    var aggregation = MetricView.Aggregation.standard

    /// - Parameter options: usable ones.
    init(_ descriptor: MetricDescriptor, _ options: MetricOptions) {
        let view = options.views.first { $0.selector.matches(descriptor) }
        attributes = view?.attributes
        isDropped = view?.aggregation == .drop
        var kind = descriptor.kind
        if case .histogram = descriptor.kind {
            aggregation = view?.aggregation ?? .standard
            if aggregation == .standard, options.defaultHistogram == .exponential { aggregation = .exponential() }
            switch aggregation {
            case .standard, .drop: break
            case .explicit(let bounds): kind = .histogram(bounds: bounds)
            // Its bounds follow from what is measured.
            case .exponential: kind = .histogram(bounds: [])
            }
        }
        self.descriptor = MetricDescriptor(
            view?.name ?? descriptor.name, kind, unit: descriptor.unit, attributes: descriptor.attributes,
            view?.description ?? descriptor.description)
    }

    /// Takes over from other options what can change while the instrument counts.
    /// - Returns: whether that is all that differs.
    mutating func adopt(_ other: MetricStream) -> Bool {
        let isSame = attributes == other.attributes && aggregation == other.aggregation
        descriptor = MetricDescriptor(
            other.descriptor.name, descriptor.kind, unit: descriptor.unit, attributes: descriptor.attributes,
            other.descriptor.description)
        isDropped = other.isDropped
        return isSame
    }

    var layout: InstrumentFamily.Layout {
        switch (descriptor.kind, aggregation) {
        case (.counter, _): .counter
        case (.upDownCounter, _): .upDownCounter
        case (.gauge, _): .gauge
        case (.histogram, .exponential(let buckets, let scale)):
            .exponential(sgs_exponential_limits(buckets: Int16(buckets), scale: Int16(scale)))
        case (.histogram(let bounds), _): .histogram(HistogramBounds(bounds))
        }
    }

    /// What tells metrics apart to whoever receives them.
    struct Identity: Hashable {
        let name: String
        let kind: MetricView.InstrumentKind
        let unit: String
    }

    var identity: Identity { Identity(descriptor) }
}

extension MetricStream.Identity {
    /// Names are the same in either case of their letters.
    init(_ descriptor: MetricDescriptor) {
        self.init(name: descriptor.name.lowercased(), kind: descriptor.kind.instrument, unit: descriptor.unit)
    }
}
