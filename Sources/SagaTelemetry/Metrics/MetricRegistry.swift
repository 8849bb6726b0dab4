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

    private let state = Mutex(State())
    private let startTime = sgs_unix_ns()

    private struct State {
        var byName: [String: Int] = [:]
        var instruments: [Instrument] = []
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

    public init() {}

    // MARK: binding

    public func counter(_ descriptor: MetricDescriptor, _ attributes: Attributes = .empty) -> BoundCounter {
        BoundCounter(cell: family(descriptor).cell(attributes))
    }

    public func upDownCounter(_ descriptor: MetricDescriptor, _ attributes: Attributes = .empty) -> BoundUpDownCounter {
        BoundUpDownCounter(cell: family(descriptor).cell(attributes))
    }

    public func gauge(_ descriptor: MetricDescriptor, _ attributes: Attributes = .empty) -> BoundGauge {
        family(descriptor).gauge(attributes)
    }

    public func histogram(_ descriptor: MetricDescriptor, _ attributes: Attributes = .empty) -> BoundHistogram {
        let family = family(descriptor)
        return BoundHistogram(cell: family.cell(attributes), bounds: family.bounds)
    }

    /// Measures at collection time instead of all the time.
    /// - Parameter measure: called on each scrape and each push, with no lock held; must not suspend or take long.
    /// - Returns: end it to stop measuring.
    @discardableResult
    public func observe(
        _ descriptor: MetricDescriptor, _ measure: @escaping @Sendable (inout Observations) -> Void
    ) -> Observation {
        state.withLock { state in
            let observable: ObservableInstrument
            if let index = state.byName[descriptor.name], case .observable(let known) = state.instruments[index],
                known.descriptor == descriptor
            {
                observable = known
            } else {
                observable = ObservableInstrument(descriptor)
                register(.observable(observable), in: &state)
            }
            return observable.add(measure)
        }
    }

    private func family(_ descriptor: MetricDescriptor) -> InstrumentFamily {
        state.withLock { state in
            if let index = state.byName[descriptor.name], case .family(let known) = state.instruments[index],
                known.descriptor.kind == descriptor.kind, known.descriptor.unit == descriptor.unit
            {
                return known
            }
            let family = InstrumentFamily(descriptor)
            register(.family(family), in: &state)
            return family
        }
    }

    /// A name that is taken by another kind or unit stays with its first owner: two of one name would make every page and
    /// every request invalid. The newcomer works, but is not exported, and the log says so once.
    private func register(_ instrument: Instrument, in state: inout State) {
        let descriptor = instrument.descriptor
        if let taken = state.byName[descriptor.name] {
            let owner = state.instruments[taken].descriptor
            Diagnostics.logger.error(
                """
                metric \(descriptor.name) is already registered as \(owner.kind) in \(owner.unit); the new one, \
                \(descriptor.kind) in \(descriptor.unit), will not be exported: give it another name
                """)
            return
        }
        state.byName[descriptor.name] = state.instruments.count
        state.instruments.append(instrument)
    }

    // MARK: collection

    /// Reads every instrument. Instruments without a series yet are left out.
    public func snapshot() -> MetricsSnapshot {
        let instruments = state.withLock { $0.instruments }
        var metrics: [MetricSnapshot] = []
        metrics.reserveCapacity(instruments.count)
        for (index, instrument) in instruments.enumerated() {
            let points =
                switch instrument {
                case .family(let family): family.points()
                case .observable(let observable): observable.points()
                }
            guard points.count > 0 else { continue }
            metrics.append(
                MetricSnapshot(
                    descriptor: instrument.descriptor, instrument: index, startTime: startTime, points: points))
        }
        return MetricsSnapshot(time: sgs_unix_ns(), metrics: metrics)
    }
}
