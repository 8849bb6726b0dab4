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

    private let table: Mutex<InstrumentTable>
    private let startTime = sgs_unix_ns()
    let attachments = RegistryAttachments()

    public init(options: MetricOptions = MetricOptions()) { table = Mutex(InstrumentTable(options)) }

    /// Changes how measurements become metrics. Call it at the start of the program, before anything is bound.
    ///
    /// Instruments that are bound already take over names, descriptions, what is dropped, the cardinality limit and the
    /// exemplar filter, but count on with the attributes and buckets they have; the log names them. What ``MetricOptions/problems``
    /// tells of is logged and left out.
    public func configure(_ options: MetricOptions) { withTable { $0.configure(options) } }

    // MARK: binding

    public func counter(_ descriptor: MetricDescriptor, _ attributes: Attributes = .empty) -> BoundCounter {
        let binding = bind(descriptor, as: .counter, attributes)
        return BoundCounter(cell: binding.cell, series: binding.series, exemplars: binding.exemplars)
    }

    public func upDownCounter(_ descriptor: MetricDescriptor, _ attributes: Attributes = .empty) -> BoundUpDownCounter {
        BoundUpDownCounter(cell: bind(descriptor, as: .upDownCounter, attributes).cell)
    }

    public func gauge(_ descriptor: MetricDescriptor, _ attributes: Attributes = .empty) -> BoundGauge {
        guard let (family, limit, position) = family(descriptor, as: .gauge) else { return BoundGauge() }
        let (gauge, isOverflow) = family.gauge(attributes, limit: limit)
        if isOverflow { countOverflow(of: descriptor, position) }
        return gauge
    }

    public func histogram(_ descriptor: MetricDescriptor, _ attributes: Attributes = .empty) -> BoundHistogram {
        let binding = bind(descriptor, as: .histogram, attributes)
        var limits = sgs_exponential_limits()
        var bounds: HistogramBounds? = Self.wasteBounds
        switch binding.layout {
        case .histogram(let given): bounds = given
        case .exponential(let given): (bounds, limits) = (nil, given)
        case .counter, .upDownCounter, .gauge, nil: break
        }
        return BoundHistogram(
            cell: binding.cell, series: binding.series, exemplars: binding.exemplars, bounds: bounds, limits: limits)
    }

    /// Measures at collection time instead of all the time.
    ///
    /// An instrument that is bound has the name to itself: observed under the same name, kind and unit as well, the metric
    /// would have two values for one series. Whichever of the two came later is left out of every export, and the log
    /// tells so once.
    /// - Parameter measure: called on each scrape and each push, with no lock held; must not suspend or take long.
    /// - Returns: end it to stop measuring.
    @discardableResult
    public func observe(
        _ descriptor: MetricDescriptor, _ measure: @escaping @Sendable (inout Observations) -> Void
    ) -> Observation {
        let source = withTable { table in
            let position = table.position(of: descriptor, isObserved: true)
            return table.instruments[position].source
        }
        // Dropped by a view: heard, and never called.
        guard case .observed(let observable) = source else {
            return ObservableInstrument(isSum: false, attributes: nil).add(measure)
        }
        return observable.add(measure)
    }

    /// Where one series counts. Without a layout: nowhere that anybody looks.
    private struct Binding {
        var cell = MetricRegistry.wasteCell
        var series: UInt32 = 0
        var exemplars = ExemplarReservoir.none
        var layout: InstrumentFamily.Layout?
    }

    private func bind(
        _ descriptor: MetricDescriptor, as kind: MetricView.InstrumentKind, _ attributes: Attributes
    ) -> Binding {
        guard let (family, limit, position) = family(descriptor, as: kind) else { return Binding() }
        let bound = family.bind(attributes, limit: limit)
        if bound.isOverflow { countOverflow(of: descriptor, position) }
        return Binding(
            cell: bound.cell, series: bound.series, exemplars: family.exemplars, layout: family.layout)
    }

    /// - Returns: nil when measurements go nowhere.
    private func family(
        _ descriptor: MetricDescriptor, as kind: MetricView.InstrumentKind
    ) -> (InstrumentFamily, limit: Int, position: Int)? {
        withTable { table in
            guard descriptor.kind.instrument == kind else {
                table.tellOfMisfit(descriptor, askedFor: kind)
                return nil
            }
            let position = table.position(of: descriptor, isObserved: false)
            guard case .counted(let family) = table.instruments[position].source else { return nil }
            return (family, table.options.cardinalityLimit, position)
        }
    }

    private func countOverflow(of descriptor: MetricDescriptor, _ position: Int, _ sets: Int = 1) {
        withTable { $0.tellOfOverflow(position) }
        guard descriptor.name != MetricCatalogue.seriesOverflowed.name else { return }
        counter(MetricCatalogue.seriesOverflowed, ["sagascope.metric.name": .string(descriptor.name)]).add(sets)
    }

    /// What there is to tell is logged with no lock held.
    private func withTable<Result>(_ body: (inout InstrumentTable) -> sending Result) -> sending Result {
        let (result, messages) = table.withLock { table in
            let result = body(&table)
            return (result, table.takeMessages())
        }
        for message in messages { Diagnostics.logger.warning("\(message)") }
        return result
    }

    /// The first of the cells that nobody reads, and bounds for as few of them as a histogram needs.
    private static let wasteCell: UInt32 = 0
    private static let wasteBounds = HistogramBounds([])

    // MARK: collection

    /// Reads every instrument. Instruments without a series yet are left out.
    public func snapshot() -> MetricsSnapshot {
        let (instruments, limit) = table.withLock { ($0.instruments, $0.options.cardinalityLimit) }
        let readings = CollectionReadings()
        var metrics: [MetricSnapshot] = []
        metrics.reserveCapacity(instruments.count)
        for (position, instrument) in instruments.enumerated()
        where !instrument.isHidden && !instrument.stream.isDropped {
            let attributes: [Attributes]
            let points: MetricSnapshot.Points
            var exemplars: [Exemplar] = []
            switch instrument.source {
            case .nowhere: continue
            case .counted(let family):
                (attributes, points) = family.read()
                exemplars = family.exemplars.exemplars
            case .observed(let observable):
                let overflow: Int
                (attributes, points, overflow) = observable.read(limit: limit, readings)
                if overflow > 0 { countOverflow(of: instrument.descriptor, position, overflow) }
            }
            guard points.count > 0 else { continue }
            metrics.append(
                MetricSnapshot(
                    descriptor: instrument.stream.descriptor, instrument: position,
                    isObserved: instrument.source.isObserved, startTime: startTime, seriesAttributes: attributes,
                    points: points, exemplars: exemplars))
        }
        return MetricsSnapshot(time: sgs_unix_ns(), metrics: metrics)
    }
}
