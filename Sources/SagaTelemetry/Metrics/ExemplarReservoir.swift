import CSagascope
import Synchronization

/// The exemplars of one instrument: of each bucket of each series the last one offered.
///
/// Measurements are offered while they are rare: of a thread's first 32 in a bucket each one, then one in count/16, in the
/// end one in 1,024. So the look at the current span, which costs more than counting does, is paid seldom, and an outlier,
/// whose bucket counts little, is always offered. The buckets of an exponential histogram move: there the series counts as
/// one bucket. The specification leaves the choice of measurements to the reservoir.
@usableFromInline final class ExemplarReservoir: Sendable {
    /// Of one instrument; past it, the oldest makes room. About 100 bytes each.
    static let capacity = 1024
    /// While the filter is off: looked at again after this many measurements.
    private static let gapWhileOff: UInt64 = 65536
    private static let largestGap: UInt64 = 1024

    /// For instruments that nobody reads.
    static let none = ExemplarReservoir(.alwaysOff)

    private let filter: Atomic<Filter>
    private let held = Mutex(Held())

    private enum Filter: UInt8, AtomicRepresentable {
        case off
        case on
        case sampled
    }

    private struct Place: Hashable {
        let series: UInt32
        let slot: UInt32
    }

    private struct Held {
        var indices: [Place: Int] = [:]
        var places: [Place] = []
        var exemplars: [Exemplar] = []
        /// Of those in a full reservoir, the one to replace next.
        var oldest = 0
    }

    init(_ filter: ExemplarFilter) { self.filter = Atomic(Self.filter(filter)) }

    func set(_ filter: ExemplarFilter) { self.filter.store(Self.filter(filter), ordering: .relaxed) }

    private static func filter(_ filter: ExemplarFilter) -> Filter {
        switch filter {
        case .alwaysOff: .off
        case .alwaysOn: .on
        case .traceBased: .sampled
        }
    }

    // MARK: recording

    /// By how much a count grows until its next measurement is offered.
    func gap(after count: UInt64) -> UInt64 {
        if filter.load(ordering: .relaxed) == .off { return Self.gapWhileOff }
        return min(max(count / 16, 1), Self.largestGap)
    }

    /// Keeps the measurement if the filter lets it pass. It never waits: while the reservoir is being read, or another thread
    /// offers, the measurement is no exemplar.
    func offer(_ value: NumberPoint.Value, series: UInt32, slot: UInt32) {
        let filter = filter.load(ordering: .relaxed)
        guard filter != .off else { return }
        let context = TraceContext.active
        guard filter == .on || context?.isSampled == true else { return }
        let exemplar = Exemplar(
            series: Int(series), value: value, time: sgs_unix_ns(),
            traceID: context?.traceID ?? TraceID(high: 0, low: 0), spanID: context?.spanID ?? SpanID(0))
        _ = held.withLockIfAvailable { Self.keep(exemplar, at: Place(series: series, slot: slot), in: &$0) }
    }

    private static func keep(_ exemplar: Exemplar, at place: Place, in held: inout Held) {
        if let index = held.indices[place] {
            held.exemplars[index] = exemplar
        } else if held.exemplars.count < capacity {
            held.indices[place] = held.exemplars.count
            held.places.append(place)
            held.exemplars.append(exemplar)
        } else {
            let index = held.oldest
            held.oldest = (index + 1) % capacity
            held.indices[held.places[index]] = nil
            held.indices[place] = index
            held.places[index] = place
            held.exemplars[index] = exemplar
        }
    }

    // MARK: collection

    /// Sorted by series. They stay: another reader may want them too.
    var exemplars: [Exemplar] {
        held.withLock { $0.exemplars }.sorted { ($0.series, $0.time) < ($1.series, $1.time) }
    }
}
