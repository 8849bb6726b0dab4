import CSagascope
import Logging
import Synchronization

/// All instruments of a process, and the one place from which both exporters read.
///
/// ```swift
/// let attempts = MetricRegistry.shared.counter(MetricCatalogue.stepAttempts, ["saga.name": "checkout"])
/// attempts.add()
/// ```
/// Bind an instrument once and keep it: binding takes a lock, measuring does not.
public final class MetricRegistry: Sendable {
    public static let shared = MetricRegistry()

    private let state: Mutex<State>
    private let startTime = sgs_unix_ns()
    let attachments = RegistryAttachments()

    private struct State {
        var options: MetricOptions
        var byName: [String: Int] = [:]
        var instruments: [Instrument] = []
        /// Whose name was taken: kept, so that each is one, and not exported.
        var outcasts: [MetricDescriptor: Instrument] = [:]
        var misfits: Set<MetricDescriptor> = []
    }

    private enum Instrument {
        case family(InstrumentFamily)
        case observable(ObservableInstrument)

        var descriptor: MetricDescriptor {
            switch self {
            case .family(let family): family.descriptor
            case .observable(let observable): observable.descriptor
            }
        }
    }

    public init(options: MetricOptions = MetricOptions()) { state = Mutex(State(options: options)) }

    /// Changes how measurements become metrics: call it at the start of the program, before anything is bound.
    public func configure(_ options: MetricOptions) { state.withLock { $0.options = options } }

    private var cardinalityLimit: Int { state.withLock { max(1, $0.options.cardinalityLimit) } }

    // MARK: binding

    public func counter(_ descriptor: MetricDescriptor, _ attributes: Attributes = .empty) -> BoundCounter {
        guard case .counter = descriptor.kind else { return BoundCounter(cell: waste(descriptor, "counter")) }
        return BoundCounter(cell: family(descriptor).cell(attributes, limit: cardinalityLimit) ?? Self.wasteCell)
    }

    public func upDownCounter(_ descriptor: MetricDescriptor, _ attributes: Attributes = .empty) -> BoundUpDownCounter {
        guard case .upDownCounter = descriptor.kind else {
            return BoundUpDownCounter(cell: waste(descriptor, "up-down counter"))
        }
        return BoundUpDownCounter(cell: family(descriptor).cell(attributes, limit: cardinalityLimit) ?? Self.wasteCell)
    }

    public func gauge(_ descriptor: MetricDescriptor, _ attributes: Attributes = .empty) -> BoundGauge {
        guard case .gauge = descriptor.kind else {
            _ = waste(descriptor, "gauge")
            return BoundGauge()
        }
        return family(descriptor).gauge(attributes, limit: cardinalityLimit)
    }

    public func histogram(_ descriptor: MetricDescriptor, _ attributes: Attributes = .empty) -> BoundHistogram {
        guard case .histogram = descriptor.kind else {
            return BoundHistogram(cell: waste(descriptor, "histogram"), bounds: Self.wasteBounds)
        }
        let family = family(descriptor)
        guard let cell = family.cell(attributes, limit: cardinalityLimit) else {
            return BoundHistogram(cell: Self.wasteCell, bounds: Self.wasteBounds)
        }
        return BoundHistogram(cell: cell, bounds: family.bounds)
    }

    /// Measures at collection time instead of all the time.
    /// - Parameter measure: called on each scrape and each push, with no lock held; must not suspend or take long.
    /// - Returns: end it to stop measuring.
    @discardableResult
    public func observe(
        _ descriptor: MetricDescriptor, _ measure: @escaping @Sendable (inout Observations) -> Void
    ) -> Observation {
        let instrument = instrument(descriptor) { .observable(ObservableInstrument(descriptor)) }
        guard case .observable(let observable) = instrument else {
            // The name belongs to an instrument that is not observed: heard of already, and never called.
            return ObservableInstrument(descriptor).add(measure)
        }
        return observable.add(measure)
    }

    private func family(_ descriptor: MetricDescriptor) -> InstrumentFamily {
        let instrument = instrument(descriptor) { .family(InstrumentFamily(descriptor)) }
        guard case .family(let family) = instrument else { return InstrumentFamily(descriptor) }
        return family
    }

    /// The instrument of this name, kind and unit. A name that is taken by another kind or unit stays with its first owner:
    /// two of one name would make every page and every request invalid. The newcomer works, but is not exported, and the
    /// log says so once.
    private func instrument(_ descriptor: MetricDescriptor, make: () -> Instrument) -> Instrument {
        let (instrument, owner) = state.withLock { state -> (Instrument, MetricDescriptor?) in
            guard let index = state.byName[descriptor.name] else {
                let made = make()
                state.byName[descriptor.name] = state.instruments.count
                state.instruments.append(made)
                return (made, nil)
            }
            let known = state.instruments[index]
            if known.descriptor.kind == descriptor.kind, known.descriptor.unit == descriptor.unit {
                return (known, nil)
            }
            if let outcast = state.outcasts[descriptor] { return (outcast, nil) }
            let made = make()
            state.outcasts[descriptor] = made
            return (made, known.descriptor)
        }
        if let owner {
            Diagnostics.logger.error(
                """
                metric \(descriptor.name) is already registered as \(owner.kind) in \(owner.unit); the new one, \
                \(descriptor.kind) in \(descriptor.unit), will not be exported: give it another name
                """)
        }
        return instrument
    }

    /// For an instrument that does not fit its descriptor: said once, and measured into nothing.
    private func waste(_ descriptor: MetricDescriptor, _ asked: String) -> UInt32 {
        let isNew = state.withLock { $0.misfits.insert(descriptor).inserted }
        if isNew {
            Diagnostics.logger.error(
                "metric \(descriptor.name) is described as \(descriptor.kind) and was asked for as \(asked); not recorded"
            )
        }
        return Self.wasteCell
    }

    /// The first of the cells that nobody reads, and bounds for as few of them as a histogram needs.
    private static let wasteCell: UInt32 = 0
    private static let wasteBounds = HistogramBounds([])

    // MARK: collection

    /// Reads every instrument. Instruments without a series yet are left out.
    public func snapshot() -> MetricsSnapshot {
        let (instruments, limit) = state.withLock { ($0.instruments, max(1, $0.options.cardinalityLimit)) }
        var metrics: [MetricSnapshot] = []
        metrics.reserveCapacity(instruments.count)
        for (index, instrument) in instruments.enumerated() {
            let (attributes, points) =
                switch instrument {
                case .family(let family): family.read()
                case .observable(let observable): observable.read(limit: limit)
                }
            guard points.count > 0 else { continue }
            var isObserved = false
            if case .observable = instrument { isObserved = true }
            metrics.append(
                MetricSnapshot(
                    descriptor: instrument.descriptor, instrument: index, isObserved: isObserved, startTime: startTime,
                    seriesAttributes: attributes, points: points))
        }
        return MetricsSnapshot(time: sgs_unix_ns(), metrics: metrics)
    }
}
